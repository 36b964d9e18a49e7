"""The notifier for a Slack channel, by an incoming webhook or as a bot."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.slack_answers import THREAD, api_delivery, webhook_delivery
from watcher.adapters.channels.slack_message import MOST, message
from watcher.adapters.http.addresses import require_safe_url
from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest
from watcher.rules.options import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackOptions(NetworkOptions):
    """A channel in Slack: by `url`, an incoming webhook, or by `token` and `channel`, a bot that threads."""

    kind: ClassVar[str] = "slack"
    counts: ClassVar[bool] = True

    url: Secret | None = option(None, "The incoming webhook, if there is no bot.", secret=True)
    token: Secret | None = option(
        None, "The bot's token, with the scope `chat:write`; it starts with `xoxb-`.", secret=True
    )
    channel: str | None = option(None, "With `token`: the channel's id, such as `C012AB3CD`, or its `#name`.")
    api_url: str = option(
        "https://slack.com/api", "With `token`: Slack's API; GovSlack has `https://slack-gov.com/api`."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackWebhookNotifier:
    """Posts each digest to an incoming webhook, which tells no thread."""

    counts: ClassVar[bool] = True
    most: ClassVar[int] = MOST

    name: str
    url: Secret
    http: "Http"
    clock: Clock
    timeout: timedelta

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        outcome = self.http.send(
            "POST", self.url.reveal(), headers=_HEADERS, content=_json(message(digest)), timeout=self.timeout
        )
        return webhook_delivery(outcome, url=self.url, now=self.clock.now())


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackBotNotifier:
    """Posts each digest as a bot, into the thread of its lease periods if they have one.

    What is critical is shown in the channel too. A thread that takes no more does not keep the message back:
    it begins a new one, within the same `timeout`.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = MOST

    name: str
    url: Secret
    token: Secret
    channel: str
    http: "Http"
    clock: Clock
    timeout: timedelta

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        started = self.clock.monotonic()
        whole = message(digest) | {"channel": self.channel}
        critical = any(event.severity is Severity.CRITICAL for event in digest.events)
        delivery, refused = self._post(whole, digest.thread, self.timeout, critical=critical)
        left = self.timeout - timedelta(seconds=self.clock.monotonic() - started)
        if digest.thread is None or refused not in THREAD or left <= timedelta():
            return delivery
        delivery, _ = self._post(whole, None, left, critical=critical)
        return delivery

    def _post(
        self, whole: dict[str, Any], thread: str | None, timeout: timedelta, *, critical: bool
    ) -> tuple[Delivery, str | None]:
        if thread is not None:
            whole = whole | {"thread_ts": thread, "reply_broadcast": critical}
        outcome = self.http.send(
            "POST",
            self.url.reveal(),
            headers=_HEADERS,
            content=_json(whole),
            bearer=self.token,
            timeout=timeout,
        )
        return api_delivery(outcome, url=self.url, now=self.clock.now(), thread=thread)


def open_slack(
    name: str, options: SlackOptions, http: "Http", clock: Clock
) -> SlackWebhookNotifier | SlackBotNotifier:
    """The way into Slack that these options describe. Raises ValueError, without secrets, if they do not."""
    try:
        match options:
            case SlackOptions(url=Secret() as url, token=None, channel=None):
                require_safe_url(url.reveal())
                return SlackWebhookNotifier(
                    name=name, url=url, http=http, clock=clock, timeout=options.timeout
                )
            case SlackOptions(url=None, token=Secret() as token, channel=str(channel)) if channel.strip():
                require_safe_url(options.api_url)
                return SlackBotNotifier(
                    name=name,
                    url=Secret(f"{options.api_url.rstrip('/')}/chat.postMessage"),
                    token=token,
                    channel=channel,
                    http=http,
                    clock=clock,
                    timeout=options.timeout,
                )
            case _:
                raise ValueError("Slack needs either `url`, or `token` and `channel`")
    except ValueError as error:
        raise ValueError(f"notifiers.{name}: {error}") from None


_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii")
