"""What people type as address and name: its normal form, or a refusal in words."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.people.accounts import policies
from hubapp.people.accounts.errors import BadEmail, BadName


def require_email(text: str) -> str:
    """The address in its normal form. Refuses with BadEmail."""
    address = policies.normal_email(text)
    if address is None:
        raise BadEmail(_("Enter an e-mail address such as name@example.org."))
    return address


def require_name(text: str) -> str:
    """The name in its normal form. Refuses with BadName."""
    name = policies.normal_name(text)
    if name is None:
        raise BadName(_("Enter a name of at most %(count)s characters.", count=policies.MAX_NAME))
    return name
