"""Who is let in to a page that only those may see who know its token."""

from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from werkzeug.datastructures import Authorization
    from werkzeug.wrappers import Request

METHODS: Final = ("GET", "HEAD")
"""Of a page that is only looked at."""
_SHORTEST: Final = 24
"""Signs of a token: shorter ones can be tried out."""


def require_long_token(token: Secret) -> None:
    """Raises ValueError, which does not repeat it, for a token that could be found by trying."""
    if len(token.reveal()) < _SHORTEST:
        raise ValueError(
            f"must have at least {_SHORTEST} signs: `openssl rand -hex {_SHORTEST}` makes such a token"
        )


def knows(request: "Request", token: Secret, *, in_address: bool = False) -> bool:
    """Whether a request has the token as a password, of whatever user, or as a bearer token; and, where
    programs can say nothing else, `in_address`, as `?token=`. Compared in constant time.
    """
    said = _said(request)
    given = [
        request.args.get("token") if in_address else None,
        said.password if said is not None and said.type == "basic" else None,
        said.token if said is not None and said.type == "bearer" else None,
    ]
    right = token.reveal().encode()
    return any(compare_digest(one.encode("utf-8", "replace"), right) for one in given if one)


def _said(request: "Request") -> "Authorization | None":
    """None also for what cannot be read: whoever sends that knows no token, and is told nothing else."""
    try:
        return request.authorization
    except ValueError:
        return None
