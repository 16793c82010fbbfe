"""What a hub pack holds, as frozen values, and the vocabulary its files may use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

SECTIONS = (
    "hero",
    "facts",
    "start",
    "gatherings",
    "listings",
    "needs",
    "conversations",
    "members",
    "about",
    "orders_split",
    "connector",
)
# What only leads somewhere while its switch is on: listed all the same, it is there again once that is on.
SECTION_SWITCHES = {"members": "members_directory", "needs": "needs", "conversations": "conversations"}
# What can only be on together with another: what members look for stands in what the directory shows of them.
SWITCH_NEEDS = {"needs": "members_directory"}
NAV = ("home", "feed", "events", "market", "members", "shares")
NAV_SWITCHES = {"members": "members_directory", "feed": "conversations"}
FEATURES = (
    "events",
    "needs",
    "members_directory",
    "referrals",
    "shipping",
    "pickup",
    "conversations",
    "open_conversations",
    "messages",
    "mentors",
)
# What a hub is without where nothing is said; everything else is on.
OFF_AT_FIRST = ("open_conversations",)
WORDS = (
    "member",
    "members",
    "listing",
    "listings",
    "offer",
    "offers",
    "need",
    "needs",
    "market",
    "connector",
    "seller",
    "join",
)
# What a newcomer is asked to do first, and the words above it; each may be left out.
STEPS = ("welcome", "hello", "profile", "gathering", "trade")
STEP_LENGTHS = {"welcome": 240}
STEP_LENGTH = 90
TEXTS = ("name", "place", "tagline", "promise", "lead", "join", "browse", "about")
# The longest each may be, in characters; the rest up to TEXT_LENGTH.
TEXT_LENGTHS = {"promise": 90, "lead": 320, "about": 600, "join": 40, "browse": 40}
TEXT_LENGTH = 120
LEGAL_PAGES = ("terms", "privacy", "imprint")
PAGE_ORDER = ("about", "how-we-work", "house-rules", "faq")
RESERVED_PAGES = (*LEGAL_PAGES, "shares")
# Topics of a hub's conversations: colours of its theme that one may have, and how much fits.
TOPIC_TONES = ("brand", "accent", "soft", "warm", "quiet", "deep")
MOST_TOPICS, LONGEST_TOPIC = 24, 40
# So many first texts of each member may wait to be looked at.
MOST_HELD = 10
MERCHANTS = ("seller", "hub", "core")
# In a pack's files such a mark stands for a value; in a stored text it would mean something else after an export.
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True)
class Theme:
    """Seeds for `tenancy.theme`: colours as #rrggbb, `neutral_hue` in degrees, `radius` in pixels."""

    primary: str
    accent: str
    neutral_hue: float | None
    font_pair: str
    radius: int
    control_shape: str
    tile_set: str
    mosaic: int
    density: str


@dataclass(frozen=True)
class Home:
    """The front page's sections, in order."""

    sections: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """The hub's name and front-page sentences in one language."""

    name: str
    place: str
    tagline: str
    promise: str
    lead: str
    join: str
    browse: str
    about: str


@dataclass(frozen=True)
class Legal:
    """Who answers for the hub, who sells, and the numbers its terms rest on; `merchant` is by locale."""

    operator: str
    form: str
    address: str
    email: str
    phone: str
    register: str
    tax_id: str
    director: str
    host: str
    supervisor: str
    merchant_of_record: str
    withdrawal_days: int
    minimum_age: int
    merchant: Mapping[str, str]


@dataclass(frozen=True)
class Tax:
    """Category → rate in basis points (2000 is 20 %), what the tax is called, and whether prices include it."""

    name: str
    default: str
    included: bool
    rates: Mapping[str, int]


@dataclass(frozen=True)
class Topic:
    """A heading of the hub's conversations, by its place in the list; without a `slug`, its address is of its name."""

    name: str
    slug: str
    tone: str
    is_archived: bool = False


@dataclass(frozen=True)
class Page:
    """A page or legal text in one language; `body` is Markdown without the title."""

    kind: Literal["page", "legal"]
    locale: str
    slug: str
    title: str
    body: str
    position: int


@dataclass(frozen=True)
class Pack:
    """One hub as files: everything that `hubs add` writes into the database."""

    slug: str
    name: str
    place: str
    locales: tuple[str, ...]
    default_locale: str
    currency: str
    timezone: str
    country: str
    theme: Theme
    nav: tuple[str, ...]
    features: Mapping[str, bool]
    domains: tuple[str, ...]
    legal: Legal
    tax: Tax
    home: Home
    texts: Mapping[str, Text]
    words: Mapping[str, Mapping[str, str]]
    pages: tuple[Page, ...] = ()
    steps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    topics: tuple[Topic, ...] = ()
    first_held: int = 0
    theme_css: str = ""
    logo: bytes | None = field(default=None, repr=False)

    def text(self, locale: str) -> Text:
        """The front-page sentences in this language, or in the hub's own where it has none."""
        return self.texts.get(locale) or self.texts[self.default_locale]

    def page(self, slug: str, locale: str) -> Page | None:
        """The page in this language, or in the hub's own, or None."""
        found = {page.locale: page for page in self.pages if page.slug == slug}
        return found.get(locale) or found.get(self.default_locale)

    def settings(self) -> dict[str, Any]:
        """What the hub's row keeps as JSON: theme, home (with nav and texts), words, features, legal, tax_rates."""
        home = {"sections": list(self.home.sections), "nav": list(self.nav)}
        return {
            "theme": asdict(self.theme),
            "home": {
                **home,
                "texts": {locale: asdict(text) for locale, text in self.texts.items()},
                "steps": {locale: dict(words) for locale, words in self.steps.items()},
            },
            "words": {locale: dict(words) for locale, words in self.words.items()},
            "features": dict(self.features),
            "legal": {
                **asdict(self.legal),
                "tax": {
                    "name": self.tax.name,
                    "default": self.tax.default,
                    "included": self.tax.included,
                },
            },
            "tax_rates": dict(self.tax.rates),
        }
