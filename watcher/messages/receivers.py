"""What became of one delivery at each of several receivers, such as the recipients of a mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from watcher.messages.outbox import QueuedMessage


@dataclass(frozen=True, kw_only=True, slots=True)
class Receivers:
    """By their names, which people are shown; empty where a channel is one receiver, or tells of none.

    `took`: has now all that it was sent; `refused`: for good, with why; `put_off`: tried again, with why.
    """

    took: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    put_off: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """That a receiver accepted a message, or (`why`) will never get it."""

    message: int
    receiver: str
    why: str | None = None


def reached(messages: Sequence[QueuedMessage], receivers: Receivers) -> Iterator[Reached]:
    """What is new at each receiver; who had a message before, or refused it, was not sent it again."""
    for one in messages:
        if one.receiver is not None:
            continue  # of a message for one receiver its own state says all
        for name in sorted(receivers.took - one.had - one.refused_by):
            yield Reached(message=one.id, receiver=name)
        for name, why in sorted(receivers.refused.items()):
            if name not in one.had | one.refused_by:
                yield Reached(message=one.id, receiver=name, why=why)


def given_up_on(messages: Sequence[QueuedMessage], receivers: Receivers) -> Iterator[Reached]:
    """Receivers that put these messages off until they are tried no more."""
    for one in messages:
        for name, why in sorted(receivers.put_off.items()):
            if one.receiver is None and name not in one.had | one.refused_by:
                yield Reached(message=one.id, receiver=name, why=why)


def has_a_receiver(one: QueuedMessage, receivers: Receivers) -> bool:
    """Whether somebody got it, so far as receivers are told of at all."""
    told_of = receivers.took or receivers.refused or one.refused_by
    return not told_of or one.receiver is not None or bool(receivers.took or one.had)
