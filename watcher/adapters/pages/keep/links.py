"""Links with which an account is kept: each names one lease period, and is of no use after its renewal.

Whoever has the link may hold that account until that renewal, and can do nothing else with it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from watcher.adapters.pages.options import KeepOptions, key_of, require_public_url
from watcher.facts.accounts import AccountId, LeasePeriod

_PURPOSE: Final = "lease-watcher keep 1"
"""Part of what is signed: nothing else that is signed with the same key is such a link."""


@dataclass(frozen=True, slots=True)
class Expired:
    """We made it, and its time is over."""


@dataclass(frozen=True, slots=True)
class Forged:
    """We did not make it, or not like this."""


Reading = LeasePeriod | Expired | Forged


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepLink:
    """Makes and reads links below `base_url`. The first of `keys` signs, all are accepted."""

    base_url: str
    keys: tuple[bytes, ...] = field(repr=False)

    def url(self, period: LeasePeriod, expires: datetime) -> str:
        """The link for one lease period, good before `expires`, which is its renewal or earlier."""
        said = [period.account, int(period.renews_at.timestamp()), int(expires.timestamp())]
        return f"{self.base_url.rstrip('/')}/keep/{_signer(self.keys).dumps(said)}"

    def read(self, token: str, now: datetime) -> Reading:
        """What the last part of a link stands for. Signatures are compared in constant time."""
        from itsdangerous import BadData

        if not token.isascii():
            return Forged()
        try:
            said = _signer(self.keys).loads(token)
        except BadData:
            return Forged()
        match said:
            case [str(account), int(renews), int(expires)]:
                if now.timestamp() >= expires:
                    return Expired()
                return LeasePeriod(
                    account=AccountId(account), renews_at=datetime.fromtimestamp(renews, tz=UTC)
                )
            case _:
                return Forged()


def open_links(options: KeepOptions) -> KeepLink | None:
    """The links these options ask for; None where they ask for none. Raises ValueError, without the keys."""
    if options.listen is None or options.url is None or options.key is None:
        return None
    try:
        require_public_url(options.url)
    except ValueError as error:
        raise ValueError(f"keep.url: {error}") from None
    keys = {"key": options.key, "old_key": options.old_key}
    found: list[bytes] = []
    for name, secret in keys.items():
        try:
            found += [key_of(secret)] if secret is not None else []
        except ValueError as error:
            raise ValueError(f"keep.{name}: {error}") from None
    return KeepLink(base_url=options.url, keys=tuple(found))


def _signer(keys: tuple[bytes, ...]) -> Any:
    from itsdangerous import URLSafeSerializer

    return URLSafeSerializer(
        # The last one signs.
        keys[::-1],
        salt=_PURPOSE,
        # An id may hold what has no UTF-8.
        serializer_kwargs={"ensure_ascii": True},
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )
