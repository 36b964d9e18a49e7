"""Metrics as text, to be served, written into a file, or pushed."""

import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from watcher.adapters.http.answer import Answer
from watcher.adapters.http.client import Http
from watcher.adapters.metrics.families import families
from watcher.adapters.metrics.options import MetricsOptions
from watcher.decide.measures import Measures

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def exposition(measures: Measures) -> bytes:
    """The text format, made from a registry of its own: nothing of this process joins in."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.registry import Collector

    class Measured(Collector):
        def collect(self) -> "Iterator[Metric]":
            return families(measures)

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured())
    return generate_latest(registry)


def write_file(place: Path, text: bytes) -> None:
    """For the textfile collector: readers see the whole file or the one before. Raises OSError.

    What is no file, such as a device, is written to: in its place root would leave one.
    """
    if place.exists() and not place.is_file():
        place.write_bytes(text)
        return
    with NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as file:
        try:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.replace(file.name, place)
        except BaseException:
            os.unlink(file.name)
            raise


def push(options: MetricsOptions, text: bytes, http: Http) -> str | None:
    """Replace the group at the Pushgateway; answers why that failed, None where it did not."""
    if options.pushgateway is None:
        return None
    headers = {"Content-Type": CONTENT_TYPE}
    if options.username is not None and options.password is not None:
        pair = f"{options.username}:{options.password.reveal()}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
    outcome = http.send(
        "PUT",
        f"{options.pushgateway.rstrip('/')}/metrics/job/{quote(options.job, safe='')}",
        headers=headers,
        content=text,
        bearer=options.token,
    )
    if isinstance(outcome, Answer):
        return None if outcome.status // 100 == 2 else f"status {outcome.status}"
    return outcome.detail
