"""How the parts of a front page stand: in the order that was chosen, on a phone one under the other.

Where there is room, parts that belong at the side stand beside the others, with nothing read in another order than on a
phone: those before a run of wide parts begin the column beside it, those after it go on there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ASIDE = frozenset({"start", "orders_split", "connector"})
# From edge to edge; what comes after it begins anew beneath.
ACROSS = "facts"


@dataclass(frozen=True, slots=True)
class Band:
    """Parts that stand beside each other, in the order in which they are read; or `across`, which stands alone."""

    before: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    across: str = ""


def of(sections: Iterable[str]) -> tuple[Band, ...]:
    """The parts of a page, in their order, as bands from top to bottom."""
    bands, band = [], Band()
    for name in sections:
        if name == ACROSS:
            bands += [band, Band(across=name)]
            band = Band()
        elif name not in ASIDE:
            if band.after:
                bands.append(band)
                band = Band()
            band = Band(band.before, (*band.wide, name))
        elif band.wide:
            band = Band(band.before, band.wide, (*band.after, name))
        else:
            band = Band((*band.before, name))
    return tuple(one for one in (*bands, band) if one != Band())
