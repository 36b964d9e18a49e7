"""The notifier for a Prometheus Alertmanager, so that its own grouping, routes and silences apply."""

import json
from base64 import b64encode
from collections.abc import Collection
from dataclasses import MISSING, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from watcher.adapters.channels.alerts import Labels, alerts, closed_topics
from watcher.adapters.channels.json_post import delivery_of, place_of
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer, Unanswered
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed
from watcher.rules.options import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_MOST: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertmanagerOptions(NetworkOptions):
    """Alerts for a Prometheus Alertmanager, which end by themselves."""

    kind: ClassVar[str] = "alertmanager"
    counts: ClassVar[bool] = True

    url: str = option(
        MISSING,
        "Where it is, with its prefix if it has one; plain http only to this machine or without a password.",
    )
    username: str | None = option(None, "For basic authentication, with `password`.")
    password: Secret | None = option(None, "For basic authentication, with `username`.", secret=True)
    bearer: Secret | None = option(None, "Instead of a password: the token that a proxy asks.", secret=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertmanagerNotifier:
    """Posts an alert for each event; a last word ends all alerts of its topic.

    Which of these stand, Alertmanager is asked first: to end one that nobody opened would be told as news.
    Both requests together take no longer than `timeout`.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    url: Secret
    basic: Secret | None
    bearer: Secret | None
    http: "Http"
    clock: Clock
    timeout: timedelta

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        started = self.clock.monotonic()
        closed = closed_topics(digest.events)
        standing = self._standing(closed) if closed else ()
        if isinstance(standing, Answer | Unanswered):
            return self._refused(standing)
        document = alerts(digest, standing, self.clock.now())
        left = self.timeout - timedelta(seconds=self.clock.monotonic() - started)
        if left <= timedelta():
            return Postponed(why=f"{place_of(self.url)}: no answer in time")
        outcome = self._send("POST", "", json.dumps(document, separators=(",", ":")).encode("ascii"), left)
        return delivery_of(outcome, url=self.url, now=self.clock.now())

    def _standing(self, topics: Collection[str]) -> tuple[Labels, ...] | Answer | Unanswered:
        """The labels of the alerts that stand about these topics, or what came instead."""
        matcher = quote(f'topic=~"{"|".join(sorted(topics))}"')
        outcome = self._send("GET", f"?filter={matcher}", None, self.timeout / 2)
        if not isinstance(outcome, Answer) or outcome.status != 200:
            return outcome
        try:
            return tuple(_labels_of(each) for each in json.loads(outcome.body))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return outcome

    def _refused(self, outcome: Answer | Unanswered) -> Delivery:
        """Nothing was posted: a good status does not make an answer that is not understood a receipt."""
        delivery = delivery_of(outcome, url=self.url, now=self.clock.now())
        if isinstance(delivery, Accepted):
            return Postponed(why=f"{place_of(self.url)} answered what is not a list of alerts")
        return delivery

    def _send(
        self, method: str, query: str, content: bytes | None, timeout: timedelta
    ) -> Answer | Unanswered:
        headers = {"Content-Type": "application/json"} if content is not None else {}
        if self.basic is not None:
            headers["Authorization"] = f"Basic {self.basic.reveal()}"
        return self.http.send(
            method,
            self.url.reveal() + query,
            headers=headers,
            content=content,
            bearer=self.bearer,
            timeout=timeout,
        )


def open_alertmanager(
    name: str, options: AlertmanagerOptions, http: "Http", clock: Clock
) -> AlertmanagerNotifier:
    """An Alertmanager for these options. Raises ValueError, without secrets, if they can never work."""
    try:
        _require_usable(options)
    except ValueError as error:
        raise ValueError(f"notifiers.{name}: {error}") from None
    basic = None
    if options.username is not None and options.password is not None:
        pair = f"{options.username}:{options.password.reveal()}"
        basic = Secret(b64encode(pair.encode()).decode("ascii"))
    return AlertmanagerNotifier(
        name=name,
        url=Secret(f"{options.url.rstrip('/')}/api/v2/alerts"),
        basic=basic,
        bearer=options.bearer,
        http=http,
        clock=clock,
        timeout=options.timeout,
    )


def _require_usable(options: AlertmanagerOptions) -> None:
    if "?" in options.url or "#" in options.url:
        raise ValueError("the url must not hold a query or a fragment")
    if (options.username is None) != (options.password is None):
        raise ValueError("`username` and `password` go together")
    if options.username is not None and (":" in options.username or options.bearer is not None):
        raise ValueError("a username holds no colon, and there is either a password or a bearer token")
    secretive = options.password is not None or options.bearer is not None
    # Inside a cluster, Alertmanager is usually plain http: what needs no secret gives none away.
    require_safe_url(options.url if secretive else options.url.replace("http://", "https://", 1))


def _labels_of(alert: dict[str, dict[str, str]]) -> Labels:
    labels = alert["labels"]
    return {str(name): str(value) for name, value in labels.items()}
