"""The notifier for a Prometheus Alertmanager, so that its own grouping, routes and silences apply."""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from watcher.adapters.channels.alerts import Labels, alerts, closed_topics
from watcher.adapters.channels.json_post import JsonPost
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.view import view_of
from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer, Unanswered
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Postponed
from watcher.rules.option import option
from watcher.texts.secret import Password, Secret

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
    password: Password | None = option(None, "For basic authentication, with `username`.", secret=True)
    bearer: Secret | None = option(None, "Instead of a password: the token that a proxy asks.", secret=True)

    def require_usable(self) -> None:
        if "?" in self.url or "#" in self.url:
            raise ValueError("the url must not hold a query or a fragment")
        if (self.username is None) != (self.password is None):
            raise ValueError("`username` and `password` go together")
        if self.username is not None and (":" in self.username or self.bearer is not None):
            raise ValueError("a username holds no colon, and there is either a password or a bearer token")
        secretive = self.password is not None or self.bearer is not None
        # Inside a cluster, Alertmanager is usually plain http: what needs no secret gives none away.
        require_safe_url(self.url if secretive else self.url.replace("http://", "https://", 1))

    def open(self, name: str, http: "Http", clock: Clock) -> "AlertmanagerNotifier":
        basic = None
        if self.username is not None and self.password is not None:
            pair = f"{self.username}:{self.password.reveal()}"
            basic = Secret(b64encode(pair.encode()).decode("ascii"))
        url = Secret(f"{self.url.rstrip('/')}/api/v2/alerts")
        post = JsonPost(url=url, http=http, clock=clock, timeout=self.timeout, bearer=self.bearer)
        return AlertmanagerNotifier(name=name, basic=basic, post=post)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertmanagerNotifier:
    """Posts an alert for each event; a last word ends all alerts of its topic.

    Which of these stand, Alertmanager is asked first: to end one that nobody opened would be told as news.
    Both requests together take no longer than `timeout`.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    basic: Secret | None
    post: JsonPost

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        clock, started = self.post.clock, self.post.clock.monotonic()
        view = view_of(digest)
        closed = closed_topics(view)
        standing = self._standing(closed) if closed else ()
        if isinstance(standing, Answer | Unanswered):
            return self._refused(standing)
        document = alerts(view, standing, clock.now())
        left = self.post.timeout - timedelta(seconds=clock.monotonic() - started)
        if left <= timedelta():
            return Postponed(why=f"{self.post.place}: no answer in time")
        return self.post.meaning(self.post.send(document, headers=self._headers(), within=left))

    def _standing(self, topics: Collection[str]) -> tuple[Labels, ...] | Answer | Unanswered:
        """The labels of the alerts that stand about these topics, or what came instead."""
        matcher = quote(f'topic=~"{"|".join(sorted(topics))}"')
        outcome = self.post.http.send(
            "GET",
            f"{self.post.url.reveal()}?filter={matcher}",
            headers=self._headers(),
            bearer=self.post.bearer,
            timeout=self.post.timeout / 2,
        )
        if not isinstance(outcome, Answer) or outcome.status != 200:
            return outcome
        try:
            return tuple(
                {str(name): str(value) for name, value in alert["labels"].items()}
                for alert in json.loads(outcome.body)
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return outcome

    def _refused(self, outcome: Answer | Unanswered) -> Delivery:
        """Nothing was posted: a good status does not make an answer that is not understood a receipt."""
        delivery = self.post.meaning(outcome)
        if isinstance(delivery, Accepted):
            return Postponed(why=f"{self.post.place} answered what is not a list of alerts")
        return delivery

    def _headers(self) -> Mapping[str, str]:
        return {} if self.basic is None else {"Authorization": f"Basic {self.basic.reveal()}"}
