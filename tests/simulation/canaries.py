"""Secrets that can be told from all else wherever they turn up: what a history is configured with.

Whoever is told one may say it back (`echoed`), and a watcher keeps none of it.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from tests.simulation.model.api import Reply

KEY = "lp_test_Qz7simulated4Kx9key"
PASSWORD = "Canary-0f-the-Database-51c7"
TOKEN = "tok_Canary8f2AddressPath66d1"
BEARER = "brr_Canary3b9Bearer0Token77e2"
HEADER = "hdr_Canary5d4Further1Header88f3"
_SIGNING = b"Canary-6e5-of-the-signing-key-99a4"
SIGNING = f"whsec_{b64encode(_SIGNING).decode()}"

CANARIES = {
    "the API key": KEY,
    "the password of the database": PASSWORD,
    "the token in a receiver's address": TOKEN,
    "a receiver's bearer token": BEARER,
    "a receiver's further header": HEADER,
    "a receiver's signing key": SIGNING.removeprefix("whsec_"),
}
"""By what people call them. A key that is rotated begins with the first."""


def _forms(secret: str) -> tuple[str, ...]:
    plain = secret.encode()
    return tuple({secret, quote(secret, safe=""), b64encode(plain).decode(), plain.hex()})


_FORMS = {name: _forms(secret) for name, secret in CANARIES.items()}
_BYTES = {name: tuple(form.encode() for form in forms) for name, forms in _FORMS.items()}


def told_in(text: str | bytes) -> Iterator[str]:
    """The names of those that stand in it: as they are, percent-encoded, in base64 or hexadecimal."""
    if isinstance(text, str):
        yield from (name for name, forms in _FORMS.items() if any(form in text for form in forms))
    else:
        yield from (name for name, forms in _BYTES.items() if any(form in text for form in forms))


def toml_of(receiver: int) -> list[str]:
    """The lines of one receiver with all that is secret about it."""
    return [
        f'url = "https://receivers.example/{receiver}?token={TOKEN}"',
        f'bearer = "{BEARER}"',
        f'headers = \'{{"x-team": "{HEADER}"}}\'',
        f'signing_key = "{SIGNING}"',
    ]


def echoed(reply: Reply, key: str, *, to_api: bool) -> Reply:
    """The same answer of somebody who says back what it was told: in what others may quote of it.

    What the code of a 403, 404 or 409 says stays: it decides what becomes of the account, or of the key.
    """
    said = key if to_api else " ".join(CANARIES[name] for name in CANARIES if name != "the API key")
    code = said if reply.status >= 500 or reply.status == 401 else json.loads(reply.body)["error"]["code"]
    body = json.dumps({"error": {"code": code, "message": said, "requestId": said}})
    headers = {**reply.headers, "X-Request-Id": said, "Content-Type": "application/json"}
    return replace(reply, headers=headers, body=body.encode())
