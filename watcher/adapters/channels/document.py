"""A digest for machines: `"schema": "digest/1"`, which only ever gains fields."""

import json
from typing import Any

from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.totals import totals_of
from watcher.adapters.render.times import iso
from watcher.messages.events import Event
from watcher.ports.notifier import Digest


def digest_json(digest: Digest) -> bytes:
    """The whole digest as one JSON document in ASCII: integer cents, ISO 8601 UTC times, closed words.

    Every event is there, also each renewal of an account in use; `totals` sums those up as well, and `text`
    is the whole for a person.
    """
    totals = totals_of(digest.events)
    document = {
        "schema": "digest/1",
        "id": digest.id,
        "at": iso(digest.at),
        "live": digest.live,
        "text": digest_text(digest),
        "totals": {
            "events": totals.events,
            "severity": {severity.value: count for severity, count in totals.severity.items()},
            "cents": totals.cents,
            "in_use": {"renewals": totals.in_use, "cents": totals.in_use_cents},
        },
        "events": [_event(event) for event in digest.events],
    }
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "severity": event.severity.value,
        "key": event.key,
        "at": iso(event.at),
        "text": event.text,
        "project": event.project,
        "project_name": event.project_name,
        "account": event.account,
        "handle": event.handle,
        "platform": event.platform,
        "renews_at": None if event.period is None else iso(event.period.renews_at),
        "cents": event.cents,
        "facts": event.facts,
    }
