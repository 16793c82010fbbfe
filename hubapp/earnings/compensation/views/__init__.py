"""Pages of the earning programme: a member's own."""

from hubapp.earnings.compensation.views import group, programme

blueprints = (programme.blueprint, group.blueprint)
