"""Pages of membership: joining and one's own pages, and the connector's."""

from hubapp.people.membership.views import joining, managing, own, team

blueprints = (joining.blueprint, own.blueprint, managing.blueprint, team.pages)
