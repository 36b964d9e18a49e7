"""The notifier for whoever is on call: one PagerDuty event for each of ours, by Events API v2."""

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from watcher.adapters.channels.fitting import clipped, utf16
from watcher.adapters.channels.json_post import JsonPost
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.told import Told, topic_id
from watcher.adapters.channels.view import View, view_of
from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer
from watcher.messages.events import EventKind, Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed, Rejected
from watcher.rules.option import option
from watcher.texts.plain import plain
from watcher.texts.secret import Secret
from watcher.texts.times import iso

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_SUMMARY: Final = 1_024
_DETAIL: Final = 4_000
_FIELD: Final = 255
_KEY: Final = re.compile(r"[A-Za-z0-9]{32}")
_ABOUT_THE_KEY: Final = re.compile(rb"routing[ _]key", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PagerDutyOptions(NetworkOptions):
    """One PagerDuty event for each of ours: what is wrong opens an incident, what mends it resolves it."""

    kind: ClassVar[str] = "pagerduty"
    counts: ClassVar[bool] = True

    routing_key: Secret = option(
        MISSING, "The integration key of a service's Events API v2 integration.", secret=True
    )
    api_url: str = option(
        "https://events.pagerduty.com",
        "PagerDuty's Events API; in Europe it is `https://events.eu.pagerduty.com`.",
    )
    events: tuple[str, ...] = option(("problem.*",), "Events it is told, as globs: `release.*`, `problem.*`.")
    min_severity: Severity = option(
        Severity.CRITICAL, "Nothing milder is told: an incident may wake somebody."
    )

    def require_usable(self) -> None:
        require_safe_url(self.api_url)
        if not _KEY.fullmatch(self.routing_key.reveal()):
            raise ValueError("routing_key must be the 32 letters and digits of an Events API v2 integration")

    def open(self, name: str, http: "Http", clock: Clock) -> "PagerDutyNotifier":
        url = Secret(f"{self.api_url.rstrip('/')}/v2/enqueue")
        post = JsonPost(url=url, http=http, clock=clock, timeout=self.timeout)
        return PagerDutyNotifier(name=name, routing_key=self.routing_key, post=post)


@dataclass(frozen=True, kw_only=True, slots=True)
class PagerDutyNotifier:
    """Triggers or resolves the incident of each event's topic.

    PagerDuty takes one event a request, and takes it once however often it is sent: the key is the topic's.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = 1

    name: str
    routing_key: Secret
    post: JsonPost

    def deliver(self, digest: Digest) -> Delivery:
        delivery: Delivery = Accepted(detail="nothing to tell")
        some = False
        for document in documents(digest):
            outcome = self.post.send({"routing_key": self.routing_key.reveal(), **document})
            delivery = self.post.meaning(outcome)
            match outcome, delivery:
                case Answer(body=body), Rejected(why=why) if _ABOUT_THE_KEY.search(body):
                    return Rejected(why=f"{why} (it does not know the routing_key)", channel=True)
                case _, Accepted():
                    some = True
                case _, Postponed() if some:
                    return replace(delivery, certain=False)
                case _:
                    break
        return delivery


def documents(digest: Digest) -> Iterator[dict[str, Any]]:
    """What to post, in order. Accounts in use are one line of the first, or one event of their own."""
    view = view_of(digest)
    in_use = view.totals.in_use_in_words or None
    if in_use and not view.told:
        # One stands for all: PagerDuty has no message without an event.
        payload = {
            "summary": in_use,
            "source": "lease-watcher",
            "severity": Severity.INFO.value,
            "timestamp": iso(digest.events[0].at),
            "class": EventKind.RENEWAL_WARNING.value,
            "custom_details": {
                "text": in_use,
                "live": view.live,
                "topic": _short(plain(view.id)),
            },
        }
        yield _posted("trigger", view.id, payload)
    for told in view.told:
        payload = _payload(told, view, in_use)
        if told.ends_topic:
            yield _posted("resolve", told.topic, payload)
        if told.opens:
            yield _posted("trigger", told.key if told.ends_topic else told.topic, payload)
        in_use = None


def _posted(action: str, topic: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "event_action": action,
        "dedup_key": f"lease-watcher:{topic_id(topic)}",
        "client": "Lease watcher",
        "payload": payload,
    }


def _payload(told: Told, view: View, in_use: str | None) -> dict[str, Any]:
    project = _short(told.project)
    values = {
        "summary": told.shortened(_SUMMARY, utf16),
        "source": _short(told.account) or project or "lease-watcher",
        "severity": told.severity.value,
        "timestamp": iso(told.at),
        "component": _short(told.handle),
        "group": project,
        "class": told.kind.value,
        "custom_details": _details(told, view, in_use),
    }
    return {name: value for name, value in values.items() if value}


def _details(told: Told, view: View, in_use: str | None) -> dict[str, Any]:
    details = {
        "text": told.shortened(_DETAIL, utf16),
        "live": view.live,
        "topic": _short(plain(told.topic)),
        "platform": _short(told.platform) or None,
        "renews_at": iso(told.renews_at) if told.renews_at else None,
        "price": told.money or None,
        "accounts_in_use": in_use,
        **{
            f"fact_{_short(plain(name))}": _short(fact) if isinstance(fact, str) else fact
            for name, fact in told.facts.items()
        },
    }
    return {name: value for name, value in details.items() if value is not None}


def _short(text: str) -> str:
    return clipped(text, _FIELD, utf16)
