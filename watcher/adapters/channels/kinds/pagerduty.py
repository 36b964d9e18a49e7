"""The notifier for whoever is on call: one PagerDuty event for each of ours, by Events API v2."""

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from watcher.adapters.channels.fitting import clipped, utf16
from watcher.adapters.channels.json_post import delivery_of
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.topics import opens, topic_id
from watcher.adapters.channels.totals import totals_of
from watcher.adapters.channels.wording import in_use_in_words
from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer
from watcher.adapters.render.plain import plain
from watcher.adapters.render.times import iso
from watcher.messages.events import Event, Severity
from watcher.messages.presenting import renews_in_use
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Rejected
from watcher.rules.options import option
from watcher.texts.money import dollars
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_SUMMARY: Final = 1_024
_DETAIL: Final = 4_000
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


@dataclass(frozen=True, kw_only=True, slots=True)
class PagerDutyNotifier:
    """Triggers or resolves the incident of each event's topic.

    PagerDuty takes one event a request, and takes it once however often it is sent: the key is the topic's.
    """

    name: str
    url: Secret
    routing_key: Secret
    http: "Http"
    clock: Clock
    timeout: timedelta

    @property
    def counts(self) -> bool:
        return True

    @property
    def most(self) -> int:
        return 1

    def deliver(self, digest: Digest) -> Delivery:
        delivery: Delivery = Accepted(detail="nothing to tell")
        for document in _documents(digest):
            delivery = self._post(document)
            if not isinstance(delivery, Accepted):
                break
        return delivery

    def _post(self, document: dict[str, Any]) -> Delivery:
        whole = {"routing_key": self.routing_key.reveal(), **document}
        outcome = self.http.send(
            "POST",
            self.url.reveal(),
            headers={"Content-Type": "application/json"},
            content=json.dumps(whole, separators=(",", ":")).encode("ascii"),
            timeout=self.timeout,
        )
        delivery = delivery_of(outcome, url=self.url, now=self.clock.now())
        match outcome, delivery:
            case Answer(body=body), Rejected(why=why) if _ABOUT_THE_KEY.search(body):
                return Rejected(why=f"{why} (it does not know the routing_key)", channel=True)
            case _:
                return delivery


def open_pagerduty(name: str, options: PagerDutyOptions, http: "Http", clock: Clock) -> PagerDutyNotifier:
    """PagerDuty for these options. Raises ValueError, without the key, for an unusable address or key."""
    try:
        require_safe_url(options.api_url)
        if not _KEY.fullmatch(options.routing_key.reveal()):
            raise ValueError("routing_key must be the 32 letters and digits of an Events API v2 integration")
    except ValueError as error:
        raise ValueError(f"notifiers.{name}: {error}") from None
    return PagerDutyNotifier(
        name=name,
        url=Secret(f"{options.api_url.rstrip('/')}/v2/enqueue"),
        routing_key=options.routing_key,
        http=http,
        clock=clock,
        timeout=options.timeout,
    )


def _documents(digest: Digest) -> Iterator[dict[str, Any]]:
    """What to post, in order. Accounts in use are one line of the first, or one event of their own."""
    totals = totals_of(digest.events)
    in_use = in_use_in_words(totals) if totals.in_use else None
    told = [event for event in digest.events if not renews_in_use(event)]
    if in_use is not None and not told:
        # One of them stands for all: PagerDuty has no message without an event.
        told, in_use = [_for_all(digest, in_use)], None
    for event in told:
        if event.ends_topic:
            yield _document(event, digest, "resolve", event.topic, in_use)
        if opens(event):
            yield _document(event, digest, "trigger", event.key if event.ends_topic else event.topic, in_use)
        in_use = None


def _for_all(digest: Digest, text: str) -> Event:
    return replace(
        digest.events[0],
        key=digest.id,
        text=text,
        project=None,
        account=None,
        handle=None,
        platform=None,
        period=None,
        cents=None,
        facts={},
    )


def _document(event: Event, digest: Digest, action: str, topic: str, in_use: str | None) -> dict[str, Any]:
    project = _short(event.shown_project)
    payload = {
        "summary": clipped(plain(event.text), _SUMMARY, utf16),
        "source": _short(event.account) or project or "lease-watcher",
        "severity": event.severity.value,
        "timestamp": iso(event.at),
        "component": _short(event.handle),
        "group": project,
        "class": event.kind.value,
        "custom_details": _details(event, digest, in_use),
    }
    return {
        "event_action": action,
        "dedup_key": f"lease-watcher:{topic_id(topic)}",
        "client": "Lease watcher",
        "payload": {name: value for name, value in payload.items() if value is not None},
    }


def _details(event: Event, digest: Digest, in_use: str | None) -> dict[str, Any]:
    details = {
        "text": clipped(plain(event.text), _DETAIL, utf16),
        "live": digest.live,
        "topic": _short(event.topic),
        "platform": _short(event.platform),
        "renews_at": iso(event.period.renews_at) if event.period else None,
        "price": None if event.cents is None else dollars(event.cents),
        "accounts_in_use": in_use,
        **{
            f"fact_{_short(name)}": _short(fact) if isinstance(fact, str) else fact
            for name, fact in event.facts.items()
        },
    }
    return {name: value for name, value in details.items() if value is not None}


def _short(text: str | None) -> str | None:
    return None if text is None else clipped(plain(text), 255, utf16)
