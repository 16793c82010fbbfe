"""Pages of accounts: all on the central domain, but for signing in and out of a hub."""

from hubapp.people.accounts.views import links, me, oauth, second_factor, security, signing  # noqa: F401  they add their routes
from hubapp.people.accounts.views.blueprint import accounts
from hubapp.people.accounts.views.oauth import openid, sso

blueprints = (accounts, openid, sso)
