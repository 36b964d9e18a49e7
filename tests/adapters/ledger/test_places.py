"""What a ledger's URL says, cut where libpq cuts it; and no word of a password in what is shown of it."""

import pytest

from watcher.adapters.ledger.places import LedgerUrl, flaw_for_libpq, flaw_of, parts_of, passwords_in
from watcher.texts.secret import Secret


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://u:pw@h1:5432,h2:5433/db?target_session_attrs=read-write",
            "postgresql://u@h1:5432,h2:5433/db",
        ),
        ("postgresql://u:pw@[::1]:5432,[fd00::2],h3:/db", "postgresql://u@[::1]:5432,[fd00::2],h3:/db"),
        ("postgresql://%2Fvar%2Frun/db", "postgresql://%2Fvar%2Frun/db"),
        ("postgresql:///?service=ledger", "postgresql:///"),
        ("postgresql://u:pw@h?dbname=db", "postgresql://u@h"),
        ("postgresql:///db?host=/run/a,/run/b&user=u", "postgresql:///db"),
    ],
)
def test_what_libpq_takes_is_taken(url, shown):
    """Several hosts with `target_session_attrs` were promised by the manual and refused: "a host or a port
    that cannot be", said `urlsplit`, which knows one of each.
    """
    assert flaw_of(url) is None
    assert flaw_for_libpq(url) is None
    assert str(LedgerUrl(Secret(url))) == shown


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@h/db",
        "postgresql://u@h/db?password=s3cret",
        "postgresql://u@h/db?pass%77ord=s3cret",
        "postgresql://u@h/db?password=x&password=s3cret",
        "postgresql://u:s3c%72et@h1,h2/db",
        "postgresql://u@h/db?oauth_client_secret=s3cret",
    ],
)
def test_a_password_is_known_however_it_is_given(url):
    """libpq decodes the names of parameters too: `pass%77ord` was no password to us, and shown."""
    assert "s3cret" in {each.reveal() for each in passwords_in(LedgerUrl(Secret(url)))}
    assert "s3c" not in f"{LedgerUrl(Secret(url))} {parts_of(url)!r}"


@pytest.mark.parametrize("url", ["postgresql://h/db?password=ab&s3cret", "postgresql://h/db?s3cret=x"])
def test_what_is_wrong_repeats_nothing(url):
    assert flaw_for_libpq(url) is not None
    assert "s3cret" not in str(flaw_for_libpq(url))
