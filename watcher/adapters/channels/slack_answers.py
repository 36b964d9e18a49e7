"""What Slack's answers mean: to a bot it says `ok` or what is wrong in a 200, to a webhook by the status."""

import json
import re
from datetime import datetime
from typing import Any, Final

from watcher.adapters.channels.json_post import LONGEST_WAIT, delivery_of, place_of
from watcher.adapters.http.answer import Answer, Unanswered, retry_after
from watcher.ports.notifier import Accepted, Delivery, Postponed, Rejected
from watcher.texts.secret import Secret

THREAD: Final = frozenset(
    {
        "cannot_reply_to_message",
        "invalid_thread_ts",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "thread_not_found",
    }
)
"""The thread takes no more, but the channel may."""

_MESSAGE: Final = frozenset(
    {
        "block_mismatch",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_json",
        "invalid_payload",
        "json_not_object",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
_CHANNEL: Final = frozenset(
    {
        "access_denied",
        "accesslimited",
        "account_inactive",
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "channel_type_not_supported",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_token",
        "is_archived",
        "messages_tab_disabled",
        "method_deprecated",
        "missing_scope",
        "no_active_hooks",
        "no_permission",
        "no_service",
        "no_service_id",
        "no_team",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "team_disabled",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "user_not_found",
    }
)
_TS: Final = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_WORD: Final = re.compile(r"[a-z][a-z_]{1,59}")


def webhook_delivery(outcome: Answer | Unanswered, *, url: Secret, now: datetime) -> Delivery:
    """The status decides, unless Slack's word for what is wrong says more."""
    delivery = delivery_of(outcome, url=url, now=now)
    word = _word(outcome.body.decode("ascii", "replace").strip()) if isinstance(outcome, Answer) else None
    match delivery:
        case Rejected() if word is not None:
            return _refusal(word, delivery.why, otherwise=delivery)
        case _:
            return delivery


def api_delivery(
    outcome: Answer | Unanswered, *, url: Secret, now: datetime, thread: str | None
) -> tuple[Delivery, str | None]:
    """The delivery, and Slack's word if it refused. `thread`: where the message went, if not to a new one.

    A word that is not known is worth another try: Slack adds some when it is unwell.
    """
    delivery = delivery_of(outcome, url=url, now=now)
    if not isinstance(outcome, Answer) or not isinstance(delivery, Accepted):
        return delivery, None
    answer = _object(outcome.body)
    if answer.get("ok") is True:
        ts = answer.get("ts")
        return Accepted(detail=delivery.detail, thread=thread or _thread(ts)), None
    word = _word(answer.get("error"))
    place = place_of(url)
    if word is None:
        return Postponed(why=f"{place} answered {outcome.status} without saying what became of it"), None
    later = Postponed(why=f"{place} said {word}", after=retry_after(outcome, now, longest=LONGEST_WAIT))
    return _refusal(word, f"{place} refused", otherwise=later), word


def _refusal(word: str, why: str, *, otherwise: Postponed | Rejected) -> Delivery:
    if word in _CHANNEL:
        return Rejected(why=f"{why} ({word})", channel=True)
    if word in _MESSAGE or word in THREAD:
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
