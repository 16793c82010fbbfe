"""Hub packs: a hub's seed as files (`hubs/<slug>/`), read and validated without database, clock or flask.

Terms: *pack* (one folder, laid over `_base`), *text* (the front page's sentences in one language), *words* (the hub's
own nouns), *page* (Markdown), *problem* (file, key and what is wrong). Publishes and answers no events.
"""
