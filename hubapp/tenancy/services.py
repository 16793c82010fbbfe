"""Opening, freezing and lifting hubs: acts of the central team, in the platform scope, each in the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import after_commit, db
from hubapp.tenancy import audit, errors, packed, queries, selling
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.events import HubFrozen, HubLifted, HubOpened
from hubapp.tenancy.models import Hub, HubDomain, HubPage, HubStatus
from hubapp.tenancy.packs.schema import Pack
from hubapp.tenancy.packs.settings import is_host, is_slug

LONGEST_REASON = 500


def open_hub(
    *,
    pack: Pack,
    slug: str | None = None,
    actor: Actor,
    now: datetime,
    is_imported: bool = False,
    status: str = HubStatus.OPEN,
) -> int:
    """Make a hub from a pack and return its id; from here on the database is the truth, the pack was its seed.

    Refuses with SlugInvalid, SlugTaken or DomainTaken.
    """
    address = slug or pack.slug
    if not is_slug(address):
        raise errors.SlugInvalid(address)
    if queries.by_slug(address) is not None:
        raise errors.SlugTaken(address)
    hub = Hub(
        slug=address,
        name=pack.name,
        place=pack.place,
        status=HubStatus(status),
        country=pack.country,
        currency=pack.currency,
        timezone=pack.timezone,
        default_locale=pack.default_locale,
        locales=list(pack.locales),
        logo=pack.logo,
        logo_type="image/svg+xml" if pack.logo else None,
        theme_css=pack.theme_css,
        opened_at=now,
        is_imported=is_imported,
        **pack.settings(),
    )
    db.session.add(hub)
    db.session.flush()
    _seed_pages(hub.id, pack, now)
    if pack.topics or pack.first_held:
        packed.conversations().make(hub_id=hub.id, topics=pack.topics, first_held=pack.first_held, now=now)
    for host in pack.domains:
        _claim_domain(hub.id, host)
    audit.record(actor=actor, action="hub.open", hub_id=hub.id, subject=address, now=now)
    events.publish(HubOpened(hub_id=hub.id))
    db.session.flush()
    return hub.id


def _seed_pages(hub_id: int, pack: Pack, now: datetime) -> None:
    db.session.add_all(
        HubPage(
            hub_id=hub_id,
            locale=page.locale,
            slug=page.slug,
            kind=page.kind,
            title=page.title,
            body=page.body,
            position=page.position,
            updated_at=now,
        )
        for page in pack.pages
    )


def freeze_hub(*, hub_id: int, reason: str, actor: Actor, now: datetime) -> None:
    """Stop a hub's sales at once. Its pages stay and show the reason.

    Waits for orders that are being placed this moment (they hold the lock as readers); every later one is refused.
    Refuses with NoSuchHub, ReasonMissing or AlreadyFrozen.
    """
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise errors.ReasonMissing
    hub = _locked(hub_id)
    if hub.status == HubStatus.FROZEN:
        raise errors.AlreadyFrozen
    hub.status, hub.frozen_reason = HubStatus.FROZEN, why
    audit.record(actor=actor, action="hub.freeze", hub_id=hub_id, subject=hub.slug, reason=why, now=now)
    events.publish(HubFrozen(hub_id=hub_id, reason=why))
    _changed(hub_id)


def lift_hub(*, hub_id: int, reason: str = "", actor: Actor, now: datetime) -> None:
    """Let a frozen hub sell again. Refuses with NoSuchHub or NotFrozen."""
    hub = _locked(hub_id)
    if hub.status != HubStatus.FROZEN:
        raise errors.NotFrozen
    hub.status, hub.frozen_reason = HubStatus.OPEN, None
    audit.record(
        actor=actor, action="hub.lift", hub_id=hub_id, subject=hub.slug, reason=reason.strip()[:LONGEST_REASON], now=now
    )
    events.publish(HubLifted(hub_id=hub_id))
    _changed(hub_id)


def add_domain(*, hub_id: int, host: str, actor: Actor, now: datetime) -> HubDomain:
    """Note a custom domain; it serves once verified. Refuses with DomainInvalid, DomainTaken or NoSuchHub."""
    if db.session.get(Hub, hub_id) is None:
        raise errors.NoSuchHub
    domain = _claim_domain(hub_id, host)
    audit.record(actor=actor, action="domain.add", hub_id=hub_id, subject=domain.host, now=now)
    db.session.flush()
    return domain


def verify_domain(*, host: str, actor: Actor, now: datetime) -> None:
    """Let a domain serve its hub, once someone saw that it points here. Refuses with DomainInvalid."""
    domain = db.session.get(HubDomain, _host(host))
    if domain is None:
        raise errors.DomainInvalid(host)
    domain.verified_at = domain.verified_at or now
    audit.record(actor=actor, action="domain.verify", hub_id=domain.hub_id, subject=domain.host, now=now)
    db.session.flush()


def _claim_domain(hub_id: int, host: str) -> HubDomain:
    name = _host(host)
    if not is_host(name):
        raise errors.DomainInvalid(host)
    existing = db.session.get(HubDomain, name)
    if existing is not None:
        if existing.hub_id != hub_id:
            raise errors.DomainTaken(name)
        return existing
    domain = HubDomain(host=name, hub_id=hub_id, token=ids.secret(24))
    db.session.add(domain)
    return domain


def _host(text_: str) -> str:
    return text_.strip().lower().rstrip(".")


def _locked(hub_id: int) -> Hub:
    selling.wait_for_orders(hub_id)
    statement = select(Hub).where(Hub.id == hub_id)
    hub: Hub | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if hub is None:
        raise errors.NoSuchHub
    return hub


def _changed(hub_id: int) -> None:
    db.session.flush()
    queries.forget(hub_id)
    after_commit(lambda: queries.forget(hub_id))
