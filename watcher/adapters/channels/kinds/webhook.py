"""The notifier for programs: one JSON digest, posted to an address."""

from dataclasses import MISSING, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import quote

from watcher.adapters.channels.document import digest_json
from watcher.adapters.channels.json_post import delivery_of, place_of
from watcher.adapters.channels.options import NetworkOptions
from watcher.adapters.channels.signing import Signer, signer_of
from watcher.adapters.http.addresses import is_private_address, require_safe_url
from watcher.adapters.http.answer import Trouble, Unanswered
from watcher.ports.clock import Clock
from watcher.ports.notifier import Accepted, Delivery, Digest, Rejected
from watcher.rules.options import option
from watcher.texts.secret import Secret

if TYPE_CHECKING:
    from watcher.adapters.http.client import Http

_MOST: Final = 1_000
_PRIVATE: Final = "is inside a private network: write allow_private = true if that is meant"


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


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookNotifier:
    """Posts each digest once, within `timeout`. Any 2xx is a receipt; redirects are not followed.

    The address is a secret, for it often carries a token.
    """

    counts: ClassVar[bool] = True
    most: ClassVar[int] = _MOST

    name: str
    url: Secret
    signer: Signer | None
    http: "Http"
    clock: Clock
    timeout: timedelta
    allow_private: bool = False

    def deliver(self, digest: Digest) -> Delivery:
        if not digest.events:
            return Accepted(detail="nothing to tell")
        body = digest_json(digest)
        headers = {"Content-Type": "application/json"}
        if self.signer is not None:
            # A notifier's name is part of the id, and may hold what a header cannot.
            headers |= self.signer.headers(quote(digest.id, safe=":"), self.clock.now(), body)
        outcome = self.http.send(
            "POST",
            self.url.reveal(),
            headers=headers,
            content=body,
            timeout=self.timeout,
            outside_only=not self.allow_private,
        )
        if isinstance(outcome, Unanswered) and outcome.trouble is Trouble.INSIDE:
            return Rejected(why=f"{place_of(self.url)} {_PRIVATE}", channel=True)
        return delivery_of(outcome, url=self.url, now=self.clock.now())


def open_webhook(name: str, options: WebhookOptions, http: "Http", clock: Clock) -> WebhookNotifier:
    """A webhook for these options. Raises ValueError, without its secrets, for an unusable address or key."""
    try:
        require_safe_url(options.url.reveal())
        if not options.allow_private and is_private_address(options.url.reveal()):
            raise ValueError(f"{place_of(options.url)} {_PRIVATE}")
        signer = signer_of(options.signing_key) if options.signing_key is not None else None
    except ValueError as error:
        raise ValueError(f"notifiers.{name}: {error}") from None
    return WebhookNotifier(
        name=name,
        url=options.url,
        signer=signer,
        http=http,
        clock=clock,
        timeout=options.timeout,
        allow_private=options.allow_private,
    )
