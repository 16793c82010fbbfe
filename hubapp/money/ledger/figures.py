"""What the figures of a hub's months are made of: each names its postings, so that every sum can be opened."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.money.ledger.policies import Purpose


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of postings: those with one of `tags` and, where given, on an account of one of `purposes`.

    `sign` turns debit-positive sums into the way the figure is told.
    """

    key: str
    tags: tuple[str, ...]
    sign: int
    purposes: tuple[Purpose, ...] = ()

    def takes(self, tag: str, purpose: str) -> bool:
        """Whether a posting with this tag on such an account is part of it."""
        return tag in self.tags and (not self.purposes or purpose in self.purposes)


HERE = (Purpose.OWED, Purpose.VACANT_SHARE)
_ALL = (
    Figure("turnover", ("charge",), 1),
    Figure("refunds", ("refund",), -1),
    # What buyers' banks kept; the part of it that nobody had earned is bad debt and cancels out.
    Figure("lost", ("lost",), -1),
    Figure("fees", ("fee",), -1),
    Figure("recovered", ("recovered",), -1),
    Figure("kept", ("kept",), 1),
    Figure("tax", ("tax",), -1),
    Figure("seller", ("seller",), -1),
    Figure("connector", ("connector",), -1),
    Figure("referrer", ("referrer",), -1),
    Figure("core", ("core",), -1),
    # The same word in two hubs' books: what leaves the one that sold, and what reaches the buyer's home.
    Figure("cross_hub", ("cross_hub",), -1, (Purpose.CLEARING,)),
    Figure("received", ("cross_hub",), -1, HERE),
    Figure("own", ("connector", "cross_hub"), -1, HERE),
)
# What a hub's connector sees of it; the network pays the rest out of its own account, and it is nobody else's matter.
FIGURES = {figure.key: figure for figure in _ALL}
NETWORK_FIGURES = {
    **FIGURES,
    "retainers": Figure("retainers", ("retainer",), 1, (Purpose.RETAINERS,)),
    "compensation": Figure("compensation", ("plan",), 1, (Purpose.COMPENSATION,)),
}
# What buyers paid less what went back, to them or by their banks, is, to the cent, what these have.
SPLIT = ("recovered", "tax", "seller", "connector", "referrer", "core", "cross_hub")
