"""Hubs: who they are, how a request or job enters one, and how the database keeps them apart.

Terms: *hub* (tenant), *scope* (the hub a transaction sees), *platform scope* (all hubs, audited), *pack* (a hub's seed
as files), *brand* (tokens, logo, words). Publishes HubOpened, HubFrozen, HubLifted. Answers no events.
"""
