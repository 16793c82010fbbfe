"""What a statement takes from the run, computed when a line asks for it: sums over the downline, and the network's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubapp.earnings.compensation.statement import facts
from hubapp.earnings.compensation.statement.network import Network, Sale

Data = dict[str, Any]
SUMS = ("cv", "pv", "from_customers", "everything")


class Asked(dict[str, Any]):
    """Values that are computed when somebody asks for them, so that a file holds what its lines need and no more."""

    def __init__(self, known: dict[str, Callable[[], Any]]) -> None:
        super().__init__()
        self.known, self.asked = known, dict[str, Any]()

    def __contains__(self, name: object) -> bool:
        return name in self.known

    def __getitem__(self, name: str) -> Any:
        if name not in self.asked:
            self.asked[name] = self.known[name]()
        return self.asked[name]


def _none() -> int:
    return 0


class Group:
    """Sums over the downline of a member."""

    def __init__(self, network: Network, member: int) -> None:
        self.of, self.member = network, member

    def known(self) -> dict[str, Callable[[], Any]]:
        """All that there is, each by its name."""
        found: dict[str, Callable[[], Any]] = dict(
            zip(SUMS, (self._cv, self._pv, self._from_customers, self._everything), strict=True)
        )
        if self._hides_buyers():
            found["majority"] = self._majority
        return found

    def _cv(self) -> int:
        return self.of.gv[self.member] - self.of.own[self.member]

    def _pv(self) -> int:
        return self.of.gpv[self.member] - self.of.own_pv[self.member]

    def _hides_buyers(self) -> bool:
        """Whether the sums would show what very few people of the downline bought themselves."""
        mine = any(sale.buyer != "customer" for sale in self._own_sales())
        return 0 < self.of.insiders[self.member] - int(mine) < facts.FEW

    def _own_sales(self) -> list[Sale]:
        return self.of.sales_of(self.member)

    def _from_customers(self) -> int:
        """Of the downline alone: own sales stand in the file one by one."""
        mine = sum(sale.cv for sale in self._own_sales() if sale.buyer == "customer")
        return self.of.from_customers[self.member] - mine

    def _everything(self) -> int:
        return self.of.everything[self.member] - sum(sale.cv for sale in self._own_sales())

    def _majority(self) -> bool:
        return 2 * self.of.from_customers[self.member] > self.of.everything[self.member]


class Given:
    """What is taken from the run: sums over the downline, and figures of the whole network.

    `member` None: somebody who is not in the run, and has nobody beneath.
    """

    def __init__(self, network: Network, member: int | None) -> None:
        self.group = Asked(dict.fromkeys(SUMS, _none) if member is None else Group(network, member).known())
        # Nothing here leads back to this object: in a circle, a whole network would stay until somebody looks for it.
        self.network = Asked({"turnover": lambda: network.turnover, "cap": lambda: _cap(network, member)})


def _cap(network: Network, member: int | None) -> Data | None:
    """The divisions of the total cap where it was reached."""
    steps, rest, total = network.scaling
    if not steps and rest is None:
        return None
    scaled = {name: step.share(member) for name, step in steps.items()}
    return {"total": total, "scaled": scaled, "rest": rest.share(member) if rest else None}
