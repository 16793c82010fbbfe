"""Pages: what a request costs against a bare application, and as the network grows."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.web.areas import HubFlask
from tests.benchmarks import bare, town
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page, Result, by_turns, milliseconds
from tests.benchmarks.town import Town

ROUNDS = 200
SIZES, GROWTH_ROUNDS = (10, 1_000, 10_000), 80


def home(ground: Ground) -> list[Result]:
    """CPU per request of a hub's home page, signed in, against a bare application with the same rows and bytes."""
    app = ground.app("pages")
    place = town.build(app)
    real = Page(app, "/", base_url=place.base_url, cookie=place.cookie)
    url = app.extensions["hubapp.server"].url("central")
    reference, cookie = bare.home(url, hub_id=place.hub_id, account_id=place.shop.buyer, real=real.text())
    plain = Page(reference.app, "/", base_url="http://bare.example/", cookie=cookie)
    ours, theirs = by_turns([real, plain], rounds=ROUNDS)
    size = len(real.text().encode())
    sent = len(real.ask()[1])
    return [
        Result(
            "Hub home page, signed in, nothing cached: CPU per request against a bare Flask app with five ORM queries",
            f"{milliseconds(ours)} : {milliseconds(theirs)}, {size // 1000} kB of HTML each",
            ours / theirs,
            2,
        ),
        Result("The same page as it is sent (compressed)", f"{size / 1000:.1f} kB of HTML", sent / 1000, 100, " kB"),
    ]


def growth(ground: Ground) -> Iterator[Result]:
    """The same two pages while the network grows; each size is a database of its own, asked by turns."""
    apps = [_network(ground, size) for size in SIZES]
    for what, path_of in (("Hub home page", _hub_page), ("Front page of the network", _front_page)):
        costs = by_turns([path_of(app, place) for app, place in apps], rounds=GROWTH_ROUNDS)
        figures = ", ".join(f"{size:,}: {milliseconds(cost)}" for size, cost in zip(SIZES, costs, strict=True))
        yield Result(
            f"{what} by number of hubs: CPU of the largest against the smallest", figures, costs[-1] / costs[0], 1.3
        )


def _hub_page(app: HubFlask, place: Town) -> Page:
    return Page(app, "/", base_url=place.base_url, cookie=place.cookie)


def _front_page(app: HubFlask, _place: Town) -> Page:
    return Page(app, "/", base_url=app.addresses.central("/"))


def _network(ground: Ground, size: int) -> tuple[HubFlask, Town]:
    app = ground.app(f"network_{size}")
    place = town.build(app)
    town.add_hubs(app, size)
    town.analyse(app)
    return app, place
