"""The notifier for a Slack channel, by an incoming webhook or as a bot."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from watcher.adapters.channels.json_post import JsonPost
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.slack_message import MOST, message
from watcher.adapters.http.addresses import require_safe_url
from watcher.adapters.http.answer import Answer
from watcher.messages.events import Severity
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Notifier, Postponed, Rejected
from watcher.rules.option import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
# Slack's words for what is wrong: with the thread, though the channel may take the message; with the message;
# with the channel, whatever the message.
_THREAD: Final = (
    "cannot_reply_to_message invalid_thread_ts restricted_action_non_threadable_channel "
    "restricted_action_thread_locked thread_not_found"
)
_MESSAGE: Final = (
    "block_mismatch invalid_arg_name invalid_arguments invalid_blocks invalid_blocks_format "
    "invalid_json invalid_payload json_not_object msg_blocks_too_long msg_too_long no_text "
    "too_many_attachments"
)
_CHANNEL: Final = (
    "access_denied accesslimited account_inactive action_prohibited channel_is_archived "
    "channel_not_found channel_type_not_supported deprecated_endpoint ekm_access_denied "
    "enterprise_is_restricted invalid_auth invalid_token is_archived messages_tab_disabled "
    "method_deprecated missing_scope no_active_hooks no_permission no_service no_service_id no_team "
    "not_allowed_token_type not_authed not_in_channel posting_to_general_channel_denied "
    "restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel "
    "team_access_not_granted team_disabled team_not_found token_expired token_revoked "
    "two_factor_setup_required user_not_found"
)
_TS: Final = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_WORD: Final = re.compile(r"[a-z][a-z_]{1,59}")


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

    def require_usable(self) -> None:
        if self.url is not None and self.token is None and self.channel is None:
            require_safe_url(self.url.reveal())
        elif self.url is None and self.token is not None and self.channel and self.channel.strip():
            require_safe_url(self.api_url)
        else:
            raise ValueError("Slack needs either `url`, or `token` and `channel`")

    def open(self, name: str, http: "Http", clock: Clock) -> Notifier:
        url = self.url or Secret(f"{self.api_url.rstrip('/')}/chat.postMessage")
        post = JsonPost(url=url, http=http, clock=clock, timeout=self.timeout, bearer=self.token)
        if self.channel is None:
            return SlackWebhookNotifier(name=name, post=post)
        return SlackBotNotifier(name=name, channel=self.channel, post=post)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackWebhookNotifier:
    """Posts each digest to an incoming webhook, which tells no thread."""

    counts: ClassVar[bool] = True
    most: ClassVar[int] = MOST

    name: str
    post: JsonPost

    def deliver(self, digest: Digest) -> Delivery:
        """The status decides, unless Slack's word for what is wrong says more."""
        if not digest.events:
            return Accepted(detail="nothing to tell")
        outcome = self.post.send(message(digest), headers=_HEADERS)
        delivery = self.post.meaning(outcome)
        word = _word(outcome.body.decode("ascii", "replace").strip()) if isinstance(outcome, Answer) else None
        if isinstance(delivery, Rejected) and word is not None:
            return _refusal(word, delivery.why, otherwise=delivery)
        return delivery


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackBotNotifier:
    """Posts each digest as a bot, into the thread of its lease periods if they have one.

    What is critical is shown in the channel too. A thread that takes no more does not keep the message back:
    it begins a new one, within the same `timeout`.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = MOST

    name: str
    channel: str
    post: JsonPost

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        clock, started = self.post.clock, self.post.clock.monotonic()
        whole = message(digest) | {"channel": self.channel}
        if digest.thread is None:
            return self._posted(whole, None, self.post.timeout)[0]
        critical = any(event.severity is Severity.CRITICAL for event in digest.events)
        threaded = whole | {"thread_ts": digest.thread, "reply_broadcast": critical}
        delivery, refused = self._posted(threaded, digest.thread, self.post.timeout)
        left = self.post.timeout - timedelta(seconds=clock.monotonic() - started)
        if refused not in _THREAD.split() or left <= timedelta():
            return delivery
        return self._posted(whole, None, left)[0]

    def _posted(
        self, document: dict[str, Any], thread: str | None, within: timedelta
    ) -> tuple[Delivery, str | None]:
        """The delivery, and Slack's word if it refused. `thread`: where it goes, if not to a new one.

        A word that is not known is worth another try: Slack adds some when it is unwell.
        """
        outcome = self.post.send(document, headers=_HEADERS, within=within)
        delivery = self.post.meaning(outcome)
        if not isinstance(outcome, Answer) or not isinstance(delivery, Accepted):
            return delivery, None
        answer, place = _object(outcome.body), self.post.place
        if answer.get("ok") is True:
            return Accepted(detail=delivery.detail, thread=thread or _thread(answer.get("ts"))), None
        word = _word(answer.get("error"))
        if word is None:
            return Postponed(why=f"{place} answered {outcome.status} without saying what became of it"), None
        later = Postponed(why=f"{place} said {word}", after=self.post.asked_to_wait(outcome), certain=True)
        return _refusal(word, f"{place} refused", otherwise=later), word


def _refusal(word: str, why: str, *, otherwise: Postponed | Rejected) -> Delivery:
    if word in _CHANNEL.split():
        return Rejected(why=f"{why} ({word})", channel=True)
    if word in (*_MESSAGE.split(), *_THREAD.split()):
        return Rejected(why=f"{why} ({word})")
    return otherwise


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _thread(ts: object) -> str | None:
    """It is remembered and said again: nothing but the numbers that Slack's are."""
    return ts if isinstance(ts, str) and _TS.fullmatch(ts) else None


def _word(text: object) -> str | None:
    """One of Slack's words; nothing that could be a token, an address or a page."""
    return text if isinstance(text, str) and _WORD.fullmatch(text) else None
