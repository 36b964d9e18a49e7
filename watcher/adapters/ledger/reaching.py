"""Who of a notifier's receivers has which message, and which message is meant, whatever its number is now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from watcher.adapters.ledger.rows import message_values
from watcher.adapters.ledger.rules import about_delivery, dead_letter, own_key, renumbered
from watcher.adapters.ledger.schema import outbox, receivers
from watcher.adapters.ledger.store import batches
from watcher.adapters.ledger.upserts import keeping
from watcher.messages.delivery import DeliveryNote
from watcher.messages.outbox import Delivered

_HAD = select(receivers.c.key, receivers.c.receiver, receivers.c.accepted).where(
    receivers.c.notifier == bindparam("to"), receivers.c.key.in_(bindparam("keys", expanding=True))
)
_NUMBERS = select(outbox.c.key, outbox.c.id).where(
    outbox.c.notifier == bindparam("to"), outbox.c.key.in_(bindparam("keys", expanding=True))
)


def reached(
    connection: Connection, notifier: str, keys: Sequence[str]
) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
    """(who has each message, who refused it)."""
    had: dict[str, set[str]] = {}
    refused: dict[str, set[str]] = {}
    for some in batches(keys):
        for key, receiver, accepted in connection.execute(_HAD, {"to": notifier, "keys": some}):
            (had if accepted else refused).setdefault(key, set()).add(receiver)
    return had, refused


def as_numbered_now(connection: Connection, note: DeliveryNote) -> DeliveryNote:
    """The note with the numbers that its messages have now; those that are gone are written again.

    A server that took over may never have heard of some, and may have given their numbers to others: another
    message would be taken for delivered, and be the receipt of a notice that nobody got.
    """
    here: dict[str, int] = {
        key: id_
        for some in batches(own_key(one) for one in note.sent)
        for key, id_ in connection.execute(_NUMBERS, {"to": note.notifier, "keys": some})
    }
    now = {}
    for one in note.sent:
        key = own_key(one)
        found = here.get(key)
        if found is None:
            values = {
                **message_values(one.original),
                "key": key,
                "receiver": one.receiver,
                "queued_at": one.queued_at,
                "attempts": one.attempts,
            }
            found = connection.execute(insert(outbox).returning(outbox.c.id), values).scalar_one()
        now[one.id] = found
    if all(before == after for before, after in now.items()):
        return note

    return replace(
        note,
        accepted=renumbered(note.accepted, now),
        given_up=renumbered(note.given_up, now),
        waiting=renumbered(note.waiting, now),
    )


def reach(connection: Connection, note: DeliveryNote, *, at: datetime) -> None:
    """Note who has what, and keep what a single receiver refused as a letter of its own."""
    sent = {one.id: one.original for one in note.sent}
    known = [one for one in note.reached if one.message in sent]
    if not known:
        return
    rows = [
        {
            "key": sent[one.message].event.key,
            "notifier": note.notifier,
            "receiver": one.receiver,
            "accepted": one.why is None,
            "at": at,
        }
        for one in known
    ]
    connection.execute(keeping(connection, receivers, "key", "notifier", "receiver"), rows)
    dead = [
        {
            **message_values(sent[one.message]),
            "key": dead_letter(sent[one.message].event.key, one.receiver),
            "rung": None,
            "state": Delivered.GIVEN_UP,
            "attempts": 1,
            "queued_at": at,
            "given_up_at": at,
            "last_error": one.why,
            "receiver": one.receiver,
        }
        for one in known
        if one.why is not None and not about_delivery(sent[one.message].event)
    ]
    if dead:
        connection.execute(keeping(connection, outbox, "key", "notifier"), dead)
