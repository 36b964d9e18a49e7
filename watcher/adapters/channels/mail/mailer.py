"""One e-mail a digest to several recipients, each of whom takes it or does not."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from watcher.adapters.channels.mail.letter import Letterhead
from watcher.adapters.channels.mail.smtp import MailServer, Taken, for_good, send
from watcher.messages.events import Event
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Receivers, Rejected
from watcher.texts.spans import counted

_NO_FULL_NAME: Final = 504
_MOST: Final = 100
"""Gmail shows the first 102 kB of a message and hides the rest behind a link."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailNotifier:
    """Sends each digest to those of its recipients that have not had it yet, within `timeout`.

    It is accepted once at least one of them has it and none is to be tried again; who refuses for good is
    told of by name. Refused by everybody, the channel is.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    server: MailServer
    letter: Letterhead
    clock: Clock

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        if digest.only is not None and digest.only not in self._recipients:
            return Rejected(why="it is not in `to` any more")
        took: set[str] = set()
        refused: dict[str, int] = {}
        until = self.clock.monotonic() + self.server.timeout.total_seconds()
        for part, recipients in self._parts(digest):
            if (took or refused) and self.clock.monotonic() >= until:
                why = f"{self.server.place} took it for some recipients only"
                return Postponed(why=why, receivers=_receivers(took, refused))
            outcome = send(
                self.server,
                sender=self.letter.sender.addr_spec,
                recipients=recipients,
                content=self.letter.message(part),
                clock=self.clock,
            )
            if isinstance(outcome, Taken):
                refused |= outcome.refused
                took |= set(recipients) - outcome.refused.keys()
            elif isinstance(outcome, Rejected) and not outcome.channel and _had_by_others(digest):
                receivers = Receivers(took=frozenset(took), refused=dict.fromkeys(recipients, outcome.why))
                return Accepted(detail=outcome.why, receivers=receivers)
            else:
                return replace(outcome, receivers=_receivers(took, refused))
        return self._concluded(digest, took, refused)

    def _parts(self, digest: Digest) -> list[tuple[Digest, list[str]]]:
        """What each recipient has not had yet; who lacks the same gets the same mail."""
        if digest.only is not None:
            return [(digest, [digest.only])]
        lacking: dict[tuple[int, ...], list[str]] = {}
        for each in self._recipients:
            places = tuple(
                place
                for place, one in enumerate(digest.events)
                if each not in digest.had.get(one.key, ()) and each not in digest.refused_by.get(one.key, ())
            )
            if places:
                lacking.setdefault(places, []).append(each)
        return [
            (_part(digest, [digest.events[place] for place in places]), recipients)
            for places, recipients in lacking.items()
        ]

    def _concluded(self, digest: Digest, took: set[str], refused: Mapping[str, int]) -> Delivery:
        codes = sorted(set(refused.values()))
        asked = [digest.only] if digest.only is not None else self._recipients
        said = f"{self.server.place} took it for {counted(len(asked), 'recipient')}"
        if codes:
            said = (
                f"{self.server.place} took it for {len(asked) - len(refused)} of "
                f"{counted(len(asked), 'recipient')} and answered {', '.join(map(str, codes))} "
                f"for {len(refused)}"
            )
        whole = not refused and not digest.had and not digest.refused_by
        receivers = Receivers() if whole else _receivers(took, refused)
        if receivers.put_off:
            return Postponed(why=said, receivers=receivers)
        nobody = not took and any(not digest.had.get(one.key) for one in digest.events)
        if receivers.refused and nobody:
            if digest.only is not None:
                return Rejected(why=said)
            # Names that are not full ones: theirs, or ours.
            where = "`helo` and `to`" if _NO_FULL_NAME in codes else "`to`"
            return Rejected(why=f"{said}: look at {where}", channel=True)
        return Accepted(detail=said, receivers=receivers)

    @property
    def _recipients(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.addr_spec for each in self.letter.to))


def _had_by_others(digest: Digest) -> bool:
    """Of several events it is not known which one is refused; they are sent by halves."""
    match digest.events:
        case [one]:
            return bool(digest.had.get(one.key))
        case _:
            return False


def _receivers(took: set[str], refused: Mapping[str, int]) -> Receivers:
    return Receivers(
        took=frozenset(took),
        refused={each: f"answered {code}" for each, code in refused.items() if for_good(code)},
        put_off={each: f"answered {code}" for each, code in refused.items() if not for_good(code)},
    )


def _part(digest: Digest, events: Sequence[Event]) -> Digest:
    """A part of it is another mail, so it has another id: the same one must always be the same mail."""
    if len(events) == len(digest.events):
        return digest
    keys = hashlib.sha256("\n".join(event.key for event in events).encode("utf-8", "replace")).hexdigest()
    return replace(digest, id=f"{digest.id}:{keys[:8]}", events=tuple(events))
