"""A digest as alerts of Alertmanager's API v2, which end by themselves.

An alert is its labels: those of ours follow from the kind of the event and its topic alone, so that a
repetition is the same alert. What changes from word to word stands in the annotations.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from watcher.adapters.channels.fitting import clipped
from watcher.adapters.channels.topics import opens, topic_id
from watcher.adapters.channels.totals import totals_of
from watcher.adapters.channels.wording import in_use_in_words
from watcher.adapters.render.plain import at_handle, plain
from watcher.adapters.render.times import iso
from watcher.messages.events import Event, Severity
from watcher.messages.presenting import renews_in_use
from watcher.ports.notifier import Digest
from watcher.texts.money import dollars

Labels = Mapping[str, str]

_LASTING: Final = timedelta(hours=25)
"""What stands is told again every day: its alert lasts a little longer than that."""
_SHORTEST: Final = timedelta(hours=1)
"""However soon the renewal: Alertmanager groups and waits before it tells anybody."""
_EARLIER: Final = timedelta(minutes=1)
"""An end in the future, by a clock that is behind ours, would leave an alert open as long as it was."""
_SUMMARY: Final = 500
_DESCRIPTION: Final = 4_000
_LABEL: Final = 200


def topic_label(topic: str) -> str:
    """Short, and of letters and digits only, so that it can stand in a matcher."""
    return topic_id(topic)[:24]


def closed_topics(events: Iterable[Event]) -> frozenset[str]:
    """The labels of the topics whose alerts can be closed."""
    return frozenset(topic_label(event.topic) for event in events if event.ends_topic)


@dataclass(slots=True)
class _Alert:
    """One under construction: all that the digest tells in it, in order, and whether it stands then."""

    labels: Labels
    events: list[Event] = field(default_factory=list)
    stands: bool = True

    def tell(self, event: Event, *, stands: bool) -> None:
        self.events.append(event)
        self.stands = stands


def alerts(digest: Digest, standing: Iterable[Labels], now: datetime) -> list[dict[str, Any]]:
    """What to post: each event in an alert. `standing`: the alerts that are there about closed topics.

    A last word ends all alerts of its topic and is what they say in the end. Where there is none, it is an
    alert that has ended already: Alertmanager then tells nobody, for nobody was told of a beginning.
    """
    found = {_key(labels): _Alert(labels=labels) for labels in standing}
    for event in digest.events:
        if renews_in_use(event):
            continue
        labels = _labels(event, digest)
        ended = _about(event, found.values(), labels) if event.ends_topic else []
        for alert in ended:
            alert.tell(event, stands=False)
        if opens(event) or not ended:
            found.setdefault(_key(labels), _Alert(labels=labels)).tell(event, stands=opens(event))
    return [*(_posted(alert, now) for alert in found.values() if alert.events), *_in_use(digest, now)]


def _key(labels: Labels) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


def _about(event: Event, those: Iterable[_Alert], own: Labels) -> list[_Alert]:
    """The other alerts about the topic of an event."""
    topic = topic_label(event.topic)
    return [alert for alert in those if alert.labels.get("topic") == topic and alert.labels != own]


def _posted(alert: _Alert, now: datetime) -> dict[str, Any]:
    """An alert that has ended is posted without a start: Alertmanager keeps the one it knows."""
    document = {"labels": dict(alert.labels), "annotations": _annotations(alert.events)}
    if not alert.stands:
        return document | {"endsAt": iso(now - _EARLIER)}
    event = alert.events[-1]
    return document | {"startsAt": iso(min(event.at, now)), "endsAt": iso(_end(event, now))}


def _end(event: Event, now: datetime) -> datetime:
    """A lease period's alert ends at the renewal, a problem's when it was not told again for a day."""
    if event.period is None or event.ends_topic or event.severity is Severity.CRITICAL:
        shortest = now + _LASTING
    else:
        shortest = now + _SHORTEST
    return shortest if event.period is None else max(shortest, event.period.renews_at)


def _labels(event: Event, digest: Digest) -> dict[str, str]:
    """No handle and no price: both may change while the alert stands."""
    labels = {
        "alertname": "LeaseWatcher" + "".join(word.capitalize() for word in event.kind.value.split(".")),
        "severity": event.severity.value,
        "mode": _mode(digest),
        "project": clipped(plain(event.project or ""), _LABEL),
        "account": clipped(plain(event.account or ""), _LABEL),
        "topic": topic_label(event.topic),
    }
    return {name: value for name, value in labels.items() if value}


def _annotations(events: list[Event]) -> dict[str, str]:
    event = events[-1]
    texts = [plain(each.text) for each in events]
    notes = {
        "summary": clipped(texts[-1], _SUMMARY),
        "description": "\n".join(clipped(text, _DESCRIPTION) for text in texts),
        "handle": at_handle(event.handle) if event.handle else "",
        "platform": plain(event.platform or ""),
        "cost": "" if event.cents is None else dollars(event.cents),
        "renews_at": iso(event.period.renews_at) if event.period else "",
    }
    return {name: value for name, value in notes.items() if value}


def _in_use(digest: Digest, now: datetime) -> Iterator[dict[str, Any]]:
    """One alert for all accounts in use, until the last of them has renewed."""
    totals = totals_of(digest.events)
    if not totals.in_use:
        return
    renewals = [event.period.renews_at for event in digest.events if renews_in_use(event) and event.period]
    yield {
        "labels": {
            "alertname": "LeaseWatcherRenewalsInUse",
            "severity": Severity.INFO.value,
            "mode": _mode(digest),
        },
        "annotations": {"summary": in_use_in_words(totals), "cost": dollars(totals.in_use_cents)},
        "startsAt": iso(min(digest.at, now)),
        "endsAt": iso(max(now + _SHORTEST, *renewals)),
    }


def _mode(digest: Digest) -> str:
    return "enforce" if digest.live else "observe"
