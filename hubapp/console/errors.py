"""Refusals of the central team's acts, each with its own words."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchAccount(Refusal):
    """Nobody signs in with that address."""

    status = 422
    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(
            _("Nobody has an account with the address %(email)s. Ask them to sign up first.", email=email[:100])
        )


class NotConfirmed(Refusal):
    """The address was never proved to be theirs."""

    status = 422
    field = "email"

    def __init__(self, email: str) -> None:
        super().__init__(
            _("%(email)s is not confirmed yet: they have to open the link we sent them.", email=email[:100])
        )


class AlreadyConnector(Refusal):
    """They have that role here."""

    field = "email"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is a connector here already.", name=name))


class NothingToRetry(Refusal):
    """The job is not failed any more, or runs by the clock."""

    def __init__(self) -> None:
        super().__init__(_("This job is not waiting for another try any more."))


class WhyMissing(Refusal):
    """The audit log keeps why something was decided."""

    status = 422
    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Say why: the audit log keeps it."))


class LookedAfter(NotFound):
    """Somebody looks after the hub: what it decides is no business of the core's, but for appeals."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody looks after this hub, and decides there. Who disagrees can appeal to the network.")
        )
