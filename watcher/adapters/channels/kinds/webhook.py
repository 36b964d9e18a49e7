"""The notifier for programs: one JSON digest, posted to an address."""

import hmac
import json
import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from watcher.adapters.channels.digest_json import digest_json
from watcher.adapters.channels.json_post import JsonPost, place_of
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.http.addresses import is_private_address, require_safe_url
from watcher.adapters.http.answer import Unanswered, WhyUnanswered
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Rejected
from watcher.rules.option import option
from watcher.texts.secret import Password, Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_MOST: Final = 1_000
_PRIVATE: Final = "is inside a private network: write allow_private = true if that is meant"
_PREFIX: Final = "whsec_"
_HEADER: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_OURS: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding"}
    | {"webhook-id", "webhook-signature", "webhook-timestamp"}
)
_KEY_BYTES: Final = range(24, 65)
"""The lengths of a key that Standard Webhooks allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookOptions(NetworkOptions):
    """One JSON digest a turn, posted to an address; accepted by any 2xx answer."""

    kind: ClassVar[str] = "webhook"
    counts: ClassVar[bool] = True

    url: Secret = option(MISSING, "Where to post.", secret=True)
    allow_private: bool = option(False, "The address may lie inside your own network.")
    signing_key: Secret | None = option(
        None, "Key of the HMAC-SHA256 signature sent with each message.", secret=True
    )
    bearer: Secret | None = option(None, "Sent with each message as a bearer token.", secret=True)
    headers: Password | None = option(
        None,
        'Headers sent with each message, as one line of JSON: `{"X-Api-Key": "…"}`.',
        secret=True,
    )

    def require_usable(self) -> None:
        require_safe_url(self.url.reveal())
        if not self.allow_private and is_private_address(self.url.reveal()):
            raise ValueError(f"{place_of(self.url)} {_PRIVATE}")
        if self.signing_key is not None:
            signer_of(self.signing_key)

    def mistakes(self) -> Iterator[tuple[str, str]]:
        yield from NetworkOptions.mistakes(self)
        try:
            further = {} if self.headers is None else _headers(self.headers)
        except ValueError as error:
            yield "headers", str(error)
        else:
            if self.bearer is not None and "authorization" in further:
                yield "headers", "must not hold Authorization beside a `bearer`"

    def open(self, name: str, http: "Http", clock: Clock) -> "WebhookNotifier":
        outside_only = not self.allow_private
        post = JsonPost(
            url=self.url,
            http=http,
            clock=clock,
            timeout=self.timeout,
            bearer=self.bearer,
            outside_only=outside_only,
        )
        signer = None if self.signing_key is None else signer_of(self.signing_key)
        headers = {} if self.headers is None else _headers(self.headers)
        return WebhookNotifier(name=name, post=post, signer=signer, headers=headers)


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookNotifier:
    """Posts each digest once, within `timeout`. Any 2xx is a receipt; redirects are not followed.

    The address is a secret, for it often carries a token.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    post: JsonPost
    signer: "Signer | None"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        body, headers = digest_json(digest), dict(self.headers)
        if self.signer is not None:
            # A notifier's name is part of the id, and may hold what a header cannot.
            headers |= self.signer.headers(quote(digest.id, safe=":"), self.post.clock.now(), body)
        outcome = self.post.send(body, headers=headers)
        if isinstance(outcome, Unanswered) and outcome.trouble is WhyUnanswered.INSIDE:
            return Rejected(why=f"{self.post.place} {_PRIVATE}", channel=True)
        return self.post.meaning(outcome)


def _headers(text: Secret) -> dict[str, str]:
    """The headers that an option names. Raises ValueError, which repeats nothing of them."""
    try:
        found = json.loads(text.reveal())
    except ValueError:
        found = None
    if not isinstance(found, dict) or not found or not all(isinstance(one, str) for one in found.values()):
        raise ValueError('must be one line of JSON, as in headers = \'{"X-Api-Key": "…"}\'')
    headers = {name.lower(): value for name, value in found.items()}
    for name, value in headers.items():
        if not _HEADER.fullmatch(name):
            raise ValueError("must hold names of letters, digits and - only")
        if not value or not value.isascii() or not value.isprintable() or value != value.strip():
            raise ValueError("must hold values of one line in plain ASCII, without spaces around them")
        if name in _OURS:
            raise ValueError("must not hold what the watcher sends itself: " + ", ".join(sorted(_OURS)))
    return headers


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Signs by Standard Webhooks 1.0, so that a receiver knows who wrote and rejects a replay."""

    key: bytes = field(repr=False)

    def headers(self, id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers of one message: HMAC-SHA256 over `id.timestamp.body`, in base64."""
        timestamp = str(int(at.timestamp()))
        signature = hmac.digest(self.key, f"{id}.{timestamp}.".encode() + body, "sha256")
        return {
            "webhook-id": id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{b64encode(signature).decode('ascii')}",
        }


def signer_of(key: Secret) -> Signer:
    """The signer of a `signing_key`. Raises ValueError, which does not repeat it, if it is no such key."""
    try:
        decoded = b64decode(key.reveal().removeprefix(_PREFIX), validate=True)
    except (Error, ValueError):
        decoded = b""
    if len(decoded) not in _KEY_BYTES:
        raise ValueError(
            f"signing_key must be {_PREFIX} and then 24 to 64 bytes in base64: "
            "`openssl rand -base64 32` makes such bytes"
        )
    return Signer(key=decoded)
