"""From an outcome to the port's few errors. Branches on status and code, never on the API's message."""

from dataclasses import dataclass
from typing import Any, NotRequired, assert_never

from pydantic import TypeAdapter
from typing_extensions import TypedDict

from watcher.adapters.http.answer import Answer, Unanswered, WhyUnanswered
from watcher.adapters.http.unpacked import is_packed
from watcher.adapters.layers.bodies import validated
from watcher.ports.leases import ApiError, Refused, Surprising, Suspended, Temporary
from watcher.texts.striking import word


class _Error(TypedDict):
    code: str
    requestId: NotRequired[Any]


class _Envelope(TypedDict):
    error: _Error


_ENVELOPE = TypeAdapter(_Envelope)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """The API's own word for what is wrong; a proxy in between has none.

    Words are short and plain: a `code` that is none is `unnamed`, a request id that is none is dropped.
    """

    code: str
    request_id: str | None


def envelope(answer: Answer) -> Envelope | None:
    """The error envelope of an answer, None if the answer is not the API's."""
    said = validated(_ENVELOPE, answer.body)
    if said is None:
        return None
    error = said["error"]
    return Envelope(code=word(error["code"]) or "unnamed", request_id=word(error.get("requestId")))


def request_id(answer: Answer) -> str | None:
    """What the provider's support asks for."""
    said = envelope(answer) if answer.status >= 400 else None
    return word(answer.header("x-request-id")) or (said.request_id if said else None)


def problem(outcome: Answer | Unanswered, asked: str) -> ApiError | None:
    """What keeps an outcome from being a good answer; None if its status is 200.

    Any other 2xx tells of a part, of a copy, or of something still to be done: that proves nothing. So does a
    200 that calls itself a part. `asked` names the request to people: method and path.
    """
    if isinstance(outcome, Unanswered):
        return _unanswered(outcome, asked)
    status = outcome.status
    if status == 200 and outcome.header("content-range") is None:
        return None
    if 200 <= status < 300:
        return Surprising(
            f"{asked}: {status}, of which it is not certain that it is the whole answer",
            code=f"http_{status}" if status != 200 else "partial_answer",
            status=status,
            request_id=request_id(outcome),
        )
    said = envelope(outcome) if status >= 400 else None
    kind: type[ApiError]
    if said is not None and said.code == "KILL_SWITCH":
        kind = Suspended
    elif status == 429 or status >= 500:
        # Also without an envelope: a proxy's 502 passes as the API's own does.
        kind = Temporary
    elif said is not None:
        kind = Refused
    else:
        # A redirect, or a 4xx of somebody in between: it says nothing about our key or our accounts.
        kind = Surprising
    words = said.code if said is not None else "without the API's error envelope"
    return kind(
        f"{asked}: {status} {words}",
        code=said.code if said is not None else f"http_{status}",
        status=status,
        request_id=request_id(outcome),
    )


def unreadable(answer: Answer, asked: str) -> Surprising:
    """A good status with a body that is not what the API documents."""
    body = answer.body.strip()
    if answer.repeats_secret:
        code, words = "secret_repeated", "a body that repeats the key"
    elif not body:
        code, words = "empty_body", "an empty body"
    elif is_packed(how := answer.header("content-encoding") or ""):
        # What is gzip, and whole, was unpacked before.
        code = "unreadable_body"
        words = f"a compressed body (content-encoding: {word(how) or '?'}), which nobody asked for"
    elif body.startswith(b"<"):
        code, words = "html_body", "a page of HTML"
    else:
        code, words = "unreadable_body", "a body that is not what the API documents"
    return Surprising(
        f"{asked}: {answer.status} with {words}",
        code=code,
        status=answer.status,
        request_id=request_id(answer),
    )


def kept(answer: Answer, asked: str, words: str) -> Surprising:
    """A good answer that is too old, or may be: what it says may no longer be so."""
    return Surprising(
        f"{asked}: an answer {words}",
        code="stale_answer",
        status=answer.status,
        request_id=request_id(answer),
    )


def _unanswered(outcome: Unanswered, asked: str) -> ApiError:
    summary, code = f"{asked}: {outcome.detail}", outcome.trouble.value
    match outcome.trouble:
        case (
            WhyUnanswered.NO_CONNECTION
            | WhyUnanswered.NO_ANSWER
            | WhyUnanswered.OUT_OF_BOUNDS
            | WhyUnanswered.INSIDE
        ):
            return Temporary(summary, code=code)
        case WhyUnanswered.TRUNCATED | WhyUnanswered.OVERSIZED | WhyUnanswered.TOO_SLOW:
            return Surprising(summary, code=code)
        case _:
            assert_never(outcome.trouble)
