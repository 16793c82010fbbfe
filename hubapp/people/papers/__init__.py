"""PDF of print pages: asked for on a page, made by the worker in a process of its own, kept for some days.

Terms: paper (one page as one person saw it, to become a PDF), sheet (the page for printing that it is made of).
What a paper says is what the sheet said: two that say the same are one. Whoever wants it asks the sheet's own view,
which looks anew whether they may see it; nothing is downloaded by the paper's id. Publishes and answers no events.
"""
