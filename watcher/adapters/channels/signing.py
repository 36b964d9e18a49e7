"""Signatures by Standard Webhooks 1.0, so that a receiver knows who wrote and rejects a replay."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from watcher.texts.secret import Secret

_PREFIX: Final = "whsec_"
_BYTES: Final = range(24, 65)
"""The lengths of a key that the standard allows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
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
    if len(decoded) not in _BYTES:
        raise ValueError(
            f"signing_key must be {_PREFIX} and then 24 to 64 bytes in base64: "
            "`openssl rand -base64 32` makes such bytes"
        )
    return Signer(key=decoded)
