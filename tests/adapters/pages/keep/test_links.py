"""A link names one lease period, and only we can make one."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from tests.adapters.pages.keep.stage import KEY, NOW, PERIOD, RENEWS
from watcher.adapters.pages.keep.links import Expired, Forged, KeepLink, open_links
from watcher.adapters.pages.options import KeepOptions
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.texts.secret import Secret

LINKS = KeepLink(base_url="https://watcher.example/lw/", keys=(KEY,))


def token_of(links: KeepLink, period: LeasePeriod = PERIOD) -> str:
    return links.url(period, period.renews_at).rpartition("/")[2]


def test_a_link_is_below_the_public_address_and_needs_no_quoting():
    head, _, token = LINKS.url(PERIOD, RENEWS).rpartition("/")
    assert head == "https://watcher.example/lw/keep"
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_it_reads_as_the_lease_period_it_was_made_for():
    assert LINKS.read(token_of(LINKS), NOW) == PERIOD


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_account_id_survives(account):
    period = LeasePeriod(account=AccountId(account), renews_at=RENEWS)
    assert LINKS.read(token_of(LINKS, period), NOW) == period


def test_it_is_over_from_the_instant_of_the_renewal_on():
    token = token_of(LINKS)
    assert LINKS.read(token, RENEWS - timedelta(seconds=1)) == PERIOD
    assert LINKS.read(token, RENEWS) == Expired()


def test_it_may_end_before_the_renewal():
    token = LINKS.url(PERIOD, NOW).rpartition("/")[2]
    assert LINKS.read(token, NOW) == Expired()


@given(st.data())
def test_no_changed_sign_is_accepted_for_another_account(data):
    token = token_of(LINKS)
    place = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.characters(codec="utf-8"))
    reading = LINKS.read(token[:place] + sign + token[place + 1 :], NOW)
    assert reading in (Forged(), PERIOD)


@given(st.text(st.characters(exclude_categories=())))
def test_anything_else_is_forged_and_raises_nothing(text):
    assert LINKS.read(text, NOW) == Forged()


def test_a_link_of_another_key_is_forged():
    assert LINKS.read(token_of(KeepLink(base_url="https://x.example", keys=(b"o" * 32,))), NOW) == Forged()


def test_what_was_signed_for_another_purpose_is_forged():
    token = URLSafeSerializer(KEY, salt="session").dumps([PERIOD.account, int(RENEWS.timestamp()), 2**40])
    assert LINKS.read(str(token), NOW) == Forged()


def test_keys_are_changed_without_breaking_links_that_were_sent():
    new = KeepLink(base_url="https://watcher.example", keys=(b"n" * 32, KEY))
    assert new.read(token_of(LINKS), NOW) == PERIOD
    assert LINKS.read(token_of(new), NOW) == Forged()


BASE64 = "a2tr" * 11
OTHER = "b29v" * 11


def test_options_make_links_and_take_the_old_key_along():
    old = open_links(KeepOptions(listen="127.0.0.1:1", url="https://w.example", key=Secret(OTHER)))
    new = open_links(
        KeepOptions(listen="127.0.0.1:1", url="https://w.example", key=Secret(BASE64), old_key=Secret(OTHER))
    )
    assert old is not None
    assert new is not None
    assert new.read(token_of(old), NOW) == PERIOD


def test_without_options_there_are_no_links():
    assert open_links(KeepOptions()) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://watcher.example"}, "keep.url: http://watcher.example: secrets are sent over https"),
        ({"url": "https://watcher.example/?a=b"}, "keep.url: must not hold a query"),
        ({"key": Secret("c2hvcnQ=")}, "keep.key: must be at least 32 bytes in base64"),
        ({"old_key": Secret("!" * 60)}, "keep.old_key: must be at least 32 bytes in base64"),
    ],
)
def test_options_that_can_never_work_say_so_without_the_key(changes, said):
    options = {"listen": "127.0.0.1:1", "url": "https://watcher.example", "key": Secret(BASE64)} | changes
    with pytest.raises(ValueError, match=said) as caught:
        open_links(KeepOptions(**options))
    assert "c2hvcnQ" not in str(caught.value)


def test_keys_are_not_shown():
    assert "kkk" not in repr(LINKS)
