"""Pages of welcoming: a member's own, and the connector's."""

from hubapp.community.mentoring.views import managing, own

blueprints = (own.blueprint, managing.blueprint)
