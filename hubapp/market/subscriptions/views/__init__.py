"""Pages of subscriptions: subscribing, a member's own, and the hub's."""

from hubapp.market.subscriptions.views import managing, mine, subscribing

blueprints = (subscribing.pages, mine.pages, managing.pages)
