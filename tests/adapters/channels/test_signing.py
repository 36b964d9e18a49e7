from datetime import UTC, datetime

import pytest

from watcher.adapters.channels.kinds.webhook import signer_of
from watcher.texts.secret import Secret

KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, UTC)


@pytest.mark.parametrize("written", [f"whsec_{KEY}", KEY])
def test_the_example_of_the_standard_is_signed_as_the_standard_says(written):
    headers = signer_of(Secret(written)).headers("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_fraction_of_a_second_is_dropped():
    headers = signer_of(Secret(KEY)).headers("id", AT.replace(microsecond=999_999), b"")
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize("size", [24, 64])
def test_keys_of_24_to_64_bytes_will_do(size):
    signer_of(Secret("whsec_" + b64(size)))


@pytest.mark.parametrize("written", ["whsec_", "hunter2!", "whsec_höhö", "b64:23", "b64:65"])
def test_what_is_no_key_is_refused_without_showing_it(written):
    kind, _, size = written.partition(":")
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the sentence is compared whole
        signer_of(Secret(b64(int(size)) if kind == "b64" else written))
    assert str(refused.value) == (
        "signing_key must be whsec_ and then 24 to 64 bytes in base64: `openssl rand -base64 32` makes such "
        "bytes"
    )


def test_the_key_is_not_in_its_repr():
    assert repr(signer_of(Secret(KEY))) == "Signer()"


def b64(size: int) -> str:
    from base64 import b64encode

    return b64encode(b"k" * size).decode()
