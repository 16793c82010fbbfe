"""Pages of membership: joining and one's own pages, the directory, and the connector's."""

from hubapp.people.membership.views import directory, joining, managing, own, team

blueprints = (joining.blueprint, own.blueprint, directory.blueprint, managing.blueprint, team.pages)
