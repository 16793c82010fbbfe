"""Pages of moderation: reporting and appealing, and the queue of those who look after the hub."""

from hubapp.community.moderation.views import house_rules, queue

blueprints = (house_rules.pages, queue.pages)
