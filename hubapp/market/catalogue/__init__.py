"""What a hub's members and the core offer: listings with their price, pictures and stock.

Terms: a *listing* is a product, an offer or a place; *stock* counts everything that was ever put up for sale, of
which some is *reserved* (in an open checkout) and some *sold*; what is *left* is the rest. No stock means: no limit.

Publishes nothing and answers nothing: the orders above call its services.
"""
