"""Refusals of hubs and their brand, each with its own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal

if TYPE_CHECKING:
    from hubapp.tenancy.models import HubVersion


class NoSuchHub(NotFound):
    """There is no such hub."""

    def __init__(self, slug: str = "") -> None:
        super().__init__(_("There is no hub called %(slug)s.", slug=slug) if slug else _("There is no such hub."))


class HubUnknown(Refusal):
    """Nothing goes by what was typed; `near`: (address, name) of what may have been meant."""

    status = 422
    field = "hub"

    def __init__(self, typed: str, near: Sequence[tuple[str, str]] = ()) -> None:
        self.near = tuple(near)
        if not typed:
            said = _("Type the address or the whole name of a hub.")
        elif not near:
            said = _("No hub goes by “%(typed)s”. Type its address, such as lyon, or its whole name.", typed=typed)
        else:
            alike = ", ".join(f"{slug} ({name})" for slug, name in near)
            said = _("No hub goes by “%(typed)s”. Did you mean one of these? %(alike)s", typed=typed, alike=alike)
        super().__init__(said)


class SeveralHubs(Refusal):
    """More than one has this name."""

    status = 422
    field = "hub"

    def __init__(self, typed: str, slugs: Sequence[str]) -> None:
        super().__init__(
            _(
                "Several hubs are called “%(typed)s”. Type the address of the one you mean: %(slugs)s",
                typed=typed,
                slugs=", ".join(slugs),
            )
        )


class HubNotOpen(Refusal):
    """It is frozen or closed, and this is for open hubs."""

    status = 422
    field = "hub"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is not open. Choose an open hub.", name=name))


class SlugTaken(Refusal):
    """Another hub has this address."""

    field = "slug"

    def __init__(self, slug: str) -> None:
        super().__init__(_("A hub called %(slug)s exists already.", slug=slug))


class SlugInvalid(Refusal):
    """Not usable as a hub's address."""

    status = 422
    field = "slug"

    def __init__(self, slug: str) -> None:
        super().__init__(
            _(
                "%(slug)s cannot be a hub's address: use small letters, digits and single hyphens, up to 40.",
                slug=slug[:60],
            )
        )


class DomainTaken(Refusal):
    """A domain serves one hub."""

    field = "domain"

    def __init__(self, host: str) -> None:
        super().__init__(_("%(host)s belongs to another hub.", host=host))


class DomainInvalid(Refusal):
    """Not a domain name."""

    status = 422
    field = "domain"

    def __init__(self, host: str) -> None:
        super().__init__(_("%(host)s is not a domain name, such as hub.example.org.", host=host[:80]))


class ReasonMissing(Refusal):
    """Visitors are told why, so there has to be a why."""

    status = 422
    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Say why: members and visitors will read it."))


class AlreadyFrozen(Refusal):
    """The hub is frozen as it is."""

    def __init__(self) -> None:
        super().__init__(_("This hub is frozen already."))


class NotFrozen(Refusal):
    """There is nothing to lift."""

    def __init__(self) -> None:
        super().__init__(_("This hub is not frozen."))


class ChangedMeanwhile(Refusal):
    """Someone else saved in between; writing over it unseen would pass over their work. `latest`: theirs."""

    def __init__(self, latest: HubVersion | None = None) -> None:
        self.latest = latest
        if latest is None or not latest.by_name:
            super().__init__(_("Someone else changed this meanwhile. Load the page again, then make your change."))
        else:
            super().__init__(
                _(
                    "Someone else changed this meanwhile: %(name)s saved version %(number)s. Yours is still in the "
                    "form. Saving again puts it in the place of theirs, which stays among the versions.",
                    name=latest.by_name,
                    number=latest.number,
                )
            )


class FieldRefused(Refusal):
    """A value that cannot be used, at its field."""

    status = 422


class BrandRefused(Refusal):
    """A brand with something in it that cannot be used; `refusals` has one for each, at its field."""

    status = 422

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(" ".join(str(refusal) for refusal in refusals))


class PageProtected(Refusal):
    """Legal texts can be rewritten, not removed."""

    def __init__(self) -> None:
        super().__init__(
            _("Every hub needs its terms, its privacy notice and its imprint: change them, do not remove them.")
        )


class NoSuchVersion(NotFound):
    """This hub has no such version."""

    def __init__(self) -> None:
        super().__init__(_("There is no such version."))
