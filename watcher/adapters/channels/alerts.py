"""A digest as alerts of Alertmanager's API v2, which end by themselves.

An alert is its labels: those of ours follow from the kind of the event and its topic alone, so that a
repetition is the same alert. What changes from word to word stands in the annotations.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from watcher.adapters.channels.fitting import clipped
from watcher.adapters.channels.told import Told, topic_id
from watcher.adapters.channels.view import View
from watcher.messages.events import Severity
from watcher.texts.money import dollars
from watcher.texts.times import iso

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


def closed_topics(view: View) -> frozenset[str]:
    """The labels of the topics whose alerts can be closed."""
    return frozenset(topic_label(each.topic) for each in view.told if each.ends_topic)


@dataclass(slots=True)
class _Alert:
    """One under construction: all that the digest tells in it, in order, and whether it stands then."""

    labels: Labels
    told: list[Told] = field(default_factory=list)
    stands: bool = True

    def tell(self, each: Told, *, stands: bool) -> None:
        self.told.append(each)
        self.stands = stands


def alerts(view: View, standing: Iterable[Labels], now: datetime) -> list[dict[str, Any]]:
    """What to post: each event in an alert. `standing`: the alerts that are there about closed topics.

    A last word ends all alerts of its topic and is what they say in the end. Where there is none, it is an
    alert that has ended already: Alertmanager then tells nobody, for nobody was told of a beginning.
    """
    found = {_key(labels): _Alert(labels=labels) for labels in standing}
    for each in view.told:
        labels = _labels(each, view)
        ended = _about(each, found.values(), labels) if each.ends_topic else []
        for alert in ended:
            alert.tell(each, stands=False)
        if each.opens or not ended:
            found.setdefault(_key(labels), _Alert(labels=labels)).tell(each, stands=each.opens)
    return [*(_posted(alert, now) for alert in found.values() if alert.told), *_in_use(view, now)]


def _key(labels: Labels) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


def _about(each: Told, those: Iterable[_Alert], own: Labels) -> list[_Alert]:
    """The other alerts about the topic of an event."""
    topic = topic_label(each.topic)
    return [alert for alert in those if alert.labels.get("topic") == topic and alert.labels != own]


def _posted(alert: _Alert, now: datetime) -> dict[str, Any]:
    """An alert that has ended is posted without a start: Alertmanager keeps the one it knows."""
    document = {"labels": dict(alert.labels), "annotations": _annotations(alert.told)}
    if not alert.stands:
        return document | {"endsAt": iso(now - _EARLIER)}
    last = alert.told[-1]
    return document | {"startsAt": iso(min(last.at, now)), "endsAt": iso(_end(last, now))}


def _end(each: Told, now: datetime) -> datetime:
    """A lease period's alert ends at the renewal, a problem's when it was not told again for a day."""
    if each.renews_at is None:
        return now + _LASTING
    lasting = each.ends_topic or each.severity is Severity.CRITICAL
    return max(now + (_LASTING if lasting else _SHORTEST), each.renews_at)


def _labels(each: Told, view: View) -> dict[str, str]:
    """No handle and no price: both may change while the alert stands."""
    labels = {
        "alertname": "LeaseWatcher" + "".join(word.capitalize() for word in each.kind.value.split(".")),
        "severity": each.severity.value,
        "mode": _mode(view),
        "project": clipped(each.project_id, _LABEL),
        "account": clipped(each.account, _LABEL),
        "topic": topic_label(each.topic),
    }
    return {name: value for name, value in labels.items() if value}


def _annotations(told: list[Told]) -> dict[str, str]:
    last = told[-1]
    notes = {
        "summary": last.shortened(_SUMMARY),
        "description": "\n".join(each.shortened(_DESCRIPTION) for each in told),
        "handle": last.who,
        "platform": last.platform,
        "cost": last.money,
        "renews_at": iso(last.renews_at) if last.renews_at else "",
    }
    return {name: value for name, value in notes.items() if value}


def _in_use(view: View, now: datetime) -> Iterator[dict[str, Any]]:
    """One alert for all accounts in use, until the last of them has renewed."""
    if view.last_in_use is None:
        return
    yield {
        "labels": {
            "alertname": "LeaseWatcherRenewalsInUse",
            "severity": Severity.INFO.value,
            "mode": _mode(view),
        },
        "annotations": {"summary": view.totals.in_use_in_words, "cost": dollars(view.totals.in_use_cents)},
        "startsAt": iso(min(view.at, now)),
        "endsAt": iso(max(now + _SHORTEST, view.last_in_use)),
    }


def _mode(view: View) -> str:
    return "enforce" if view.live else "observe"
