"""Requests and answers as values: what the API reads and says, before and after any HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call. `path` is still percent-encoded: an id may hold an encoded slash."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    raw_query: str = ""
    secret: str | None = field(default=None, repr=False)
    body: bytes = b""

    @property
    def target(self) -> str:
        """The path with its query, as it stood in the request line."""
        return f"{self.path}?{self.raw_query}" if self.raw_query else self.path

    def values(self, name: str) -> list[str]:
        """Every value the query gives this parameter."""
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the API says, its body still a JSON object."""

    status: int
    body: Mapping[str, Any]
    headers: Headers = ()
    # True when the call changed the world (only a release does).
    applied: bool = False


class Refused(Exception):
    """A call the API turns down: carried up to where the envelope is written."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.details, self.headers = details, headers

    def answer(self, request_id: str) -> Answer:
        """The refusal in the API's error envelope."""
        return refusal(
            self.status, self.code, self.message, request_id, details=self.details, headers=self.headers
        )


def refusal(
    status: int,
    code: str,
    message: str,
    request_id: str,
    *,
    details: Mapping[str, Any] | None = None,
    headers: Headers = (),
) -> Answer:
    """An answer with the error envelope every 4xx and 5xx carries."""
    error: dict[str, Any] = {"code": code, "message": message, "requestId": request_id}
    if details is not None:
        error["details"] = dict(details)
    return Answer(status=status, body={"error": error}, headers=headers)


def invalid(name: str, problem: str) -> Refused:
    """The refusal of a query or body value the API cannot read."""
    return Refused(422, "VALIDATION", f"{name}: {problem}", details={"field": name})


def not_found(what: str) -> Refused:
    """The refusal of something that is not in the organisation."""
    return Refused(404, "NOT_FOUND", f"{what} not found")
