"""What the daemon serves: the pages that its settings ask for, and the servers they are on."""

from collections.abc import Mapping
from typing import Protocol

from watcher.adapters.metrics.exposition import CONTENT_TYPE, exposition
from watcher.adapters.pages.health import HealthPage
from watcher.adapters.pages.server import NotServed as NotServed  # what the daemon catches
from watcher.adapters.pages.server import Pages as Pages  # what it keeps
from watcher.adapters.pages.server import ServedPage, address_of
from watcher.decide.measures import Measures
from watcher.decide.readiness import Readiness
from watcher.wiring.keep_page import keep_page
from watcher.wiring.turn import Wiring


class HealthView(Protocol):
    """How the daemon is doing; asked from any thread."""

    def alive(self) -> bool: ...

    def readiness(self) -> Readiness: ...

    def measures(self) -> Measures: ...


def pages_from(wiring: Wiring, health: HealthView) -> Mapping[str, ServedPage]:
    """Everything that is to be served, by its name, and where. Raises ValueError."""
    keep, listen = keep_page(wiring.settings, wiring.clock, wiring.key), wiring.settings.health.listen
    pages = {} if keep is None else {"keep": keep}
    if listen is not None:
        page = HealthPage(
            alive=health.alive,
            readiness=health.readiness,
            metrics=lambda: (CONTENT_TYPE, exposition(health.measures())),
        )
        pages["health"] = ServedPage(address=address_of(listen), app=page)
    return pages
