"""A plan in words: a sentence for every component and every limit, in the reader's language.

How amounts, rates, numbers and days are written is given (`Speech`), so that this stays pure.
"""
