"""Whether the database can be worked with: it answers, and it has the version that this program needs."""

from __future__ import annotations

from hubapp.kernel import migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.money.payments import world


def require_migrated(settings: Settings) -> database_server.Server:
    """The database server, or a refusal that says how to bring it up to date."""
    server = database_server.connect(settings)
    current, head = migrate.status(server)
    if current != head:
        raise Refusal(
            f"The database has version {current or 'none'}, this program needs {head}. Run `hubapp db upgrade`."
        )
    return server


def require_ready(settings: Settings) -> database_server.Server:
    """The same for whatever moves money: also refuses a database whose money belongs to another world."""
    server = require_migrated(settings)
    world.require(server)
    return server
