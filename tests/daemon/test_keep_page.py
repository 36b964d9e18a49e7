"""A link in a message, a press of its button, and what the watcher makes of it."""

from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.fakes.clock import FakeClock
from tests.ports import free_port
from tests.stage import LATTE, LATTE_PERIOD, OPENS, RENEWS, H, Stage, staged
from watcher.adapters.ledger.opening import open_ledger, open_words
from watcher.adapters.pages.keep.links import open_links
from watcher.adapters.pages.server import serving
from watcher.facts.accounts import AccountId, LeasePeriod
from watcher.record.overrides import OverrideKind, Overrides
from watcher.texts.secret import Secret
from watcher.texts.striking import Strikeout
from watcher.wiring.served import Desk, keep_page


@pytest.fixture
def stage(tmp_path) -> Iterator[Stage]:
    port = free_port()
    options = {
        "keep.listen": f"127.0.0.1:{port}",
        "keep.url": f"http://127.0.0.1:{port}",
        "keep.key": "a2tr" * 11,
    }
    with staged(tmp_path, configuration=options) as found:
        page = keep_page(found.settings(), found.clock)
        assert page is not None
        with serving(page.app, *page.address):
            found.turn()
            yield found


def ask(stage: Stage, method: str, period: LeasePeriod = LATTE_PERIOD) -> tuple[int, str]:
    links = open_links(stage.settings().keep)
    assert links is not None
    url = urlsplit(links.url(period, period.renews_at))
    connection = HTTPConnection(url.netloc, timeout=10)
    try:
        connection.request(method, url.path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_without_options_nothing_is_served(tmp_path):
    with staged(tmp_path) as stage:
        assert keep_page(stage.settings(), stage.clock) is None


def test_an_account_that_was_kept_by_link_is_not_released(stage):
    assert ask(stage, "GET")[0] == 200
    assert ask(stage, "POST")[0] == 200
    stage.turn_at(OPENS)

    (hold,) = [word for word in stage.fleet().overrides.said if word.kind is OverrideKind.HOLD]
    assert (hold.account, hold.until, hold.by, hold.why) == (LATTE.id, RENEWS, "keep link", "held by link")
    assert stage.deletes == 0
    assert "is held already" in ask(stage, "POST")[1]


def test_looking_alone_keeps_nothing(stage):
    ask(stage, "GET")
    ask(stage, "HEAD")
    stage.turn_at(OPENS)
    assert stage.released == [LATTE.id]


def test_while_the_release_is_sent_nobody_is_told_that_it_is_kept(stage):
    stage.move_to(OPENS)
    answers = []
    stage.turn(before_sending=lambda: answers.append(ask(stage, "POST")))
    assert [status for status, _ in answers] == [409]
    assert stage.released == [LATTE.id]


def test_what_was_released_cannot_be_kept(stage):
    stage.turn_at(OPENS)
    assert ask(stage, "POST")[0] == 410
    stage.turn_at(OPENS + H)
    assert ask(stage, "POST")[0] == 410


def test_an_account_that_the_ledger_never_saw_is_not_there(stage):
    stranger = LeasePeriod(account=AccountId("@latte"), renews_at=RENEWS)
    assert ask(stage, "POST", stranger)[0] == 404


def test_a_ledger_that_is_gone_is_never_taken_for_a_hold(stage):
    stage.ledger_file.rename(stage.folder / "elsewhere.db")
    assert ask(stage, "POST")[0] == 503


def test_the_key_typed_as_a_reason_is_struck_out_before_it_is_kept(tmp_path):
    """What a person typed into the page went into the ledger, and from there into messages."""
    key = Secret("lp_live_SEKRETKEY0123456789abcdefXYZ")
    place = tmp_path / "w.db"
    desk = Desk(
        open_words=lambda: closing(open_words(place)),
        configured=Overrides(),
        clock=FakeClock(OPENS),
        hidden=Strikeout([key]),
    )
    open_ledger(place).close()
    desk.hold(LATTE.id, RENEWS, f"for {key.reveal()[8:]}")
    with closing(open_words(place)) as ledger:
        assert [word.why for word in ledger.fleet(OPENS).overrides.said] == ["for ***"]
