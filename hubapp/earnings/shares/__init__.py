"""Who earns what from one sale: split to the minor unit, booked once, reversed with refunds, explained line by line.

Terms: a *rule version* holds published rates; *terms* are its copy frozen on an order. The *base* of all rates is the
item amount net of tax, without shipping. An *earning right* is one person's part of one order; it is *held* until its
day, then *available*, and *claimed* by a payout. *Turnover* is the sum of bases that a hub settled in a month of its
own time zone. A buyer's *home hub* has a cross-hub share of what they buy elsewhere: it is booked in both hubs' books,
through clearing accounts that cancel, tied by a *move*. It accrues in the selling hub's currency, in accounts of that
currency in the home hub's books: books never add or convert currencies.

No right stands without what it is for: the database looks whether the order names the payee and bears the parts (0120).

Events published: none. Events answered: none (orders call `settle` and `reverse`).
"""
