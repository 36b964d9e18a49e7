"""httpx, imported here alone, without its own command line: moving to its successor is one line."""

from typing import TYPE_CHECKING

from watcher.adapters.lightly import import_without

if TYPE_CHECKING:
    import httpx as httpx
else:
    httpx = import_without("httpx", "click", "pygments", "rich")
