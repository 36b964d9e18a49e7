"""A digest for programs: what `webhook` posts, and what a command reads."""

from typing import Any

from watcher.adapters.channels.json_post import json_bytes
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import totals_of
from watcher.messages.events import Event
from watcher.ports.notifier import Digest
from watcher.texts.times import iso


def digest_json(digest: Digest) -> bytes:
    """The whole digest for machines: `"schema": "digest/1"`, which only ever gains fields.

    In ASCII: integer cents, ISO 8601 UTC times, closed words, and the texts of others as they are.

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
    return json_bytes(document)


def _event(event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "severity": event.severity.value,
        "key": event.key,
        "at": iso(event.at),
        "text": event.text,
        "commands": [clause.command for clause in event.clauses if clause.command is not None],
        "project": event.project,
        "project_name": event.project_name,
        "owner": event.owner,
        "account": event.account,
        "handle": event.handle,
        "platform": event.platform,
        "renews_at": None if event.period is None else iso(event.period.renews_at),
        "cents": event.cents,
        "facts": event.plain_facts(),
    }
