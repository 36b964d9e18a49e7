"""When a release may be sent: `[opens, closes)`, and never so that it lands later."""

from datetime import datetime, timedelta

import pytest

from tests.builders import NOW, D, H
from watcher.rules.window import Window

TICK = timedelta(microseconds=1)
MIN = timedelta(minutes=1)
R = NOW + 10 * D
OPENS, CLOSES = R - 6 * H, R - 10 * MIN
TIMEOUT, SKEW = timedelta(seconds=10), timedelta(seconds=60)


@pytest.fixture
def window() -> Window:
    return Window.of(R, lead=6 * H, margin=10 * MIN, notice=24 * H)


def test_its_instants_count_back_from_the_renewal_and_the_notice_from_the_opening(window: Window) -> None:
    assert window == Window(announce_from=R - 54 * H, opens=OPENS, closes=CLOSES, renews_at=R)


def test_without_notice_the_announcement_would_come_as_it_opens() -> None:
    window = Window.of(R, lead=6 * H, margin=10 * MIN, notice=timedelta())

    assert window.announce_from == window.opens == OPENS


@pytest.mark.parametrize(
    ("clock", "may"),
    [
        (OPENS - TICK, False),
        (OPENS, True),
        (OPENS + TICK, True),
        (CLOSES - TIMEOUT - SKEW - TICK, True),
        (CLOSES - TIMEOUT - SKEW, False),
        (CLOSES - TIMEOUT - SKEW + TICK, False),
        (CLOSES - TICK, False),
        (CLOSES, False),
        (R, False),
    ],
)
def test_a_request_is_sent_only_if_it_is_sure_to_land_before_closes(
    window: Window, clock: datetime, may: bool
) -> None:
    assert window.may_send(clock, timeout=TIMEOUT, skew=SKEW) is may


def test_a_lead_no_longer_than_the_margin_leaves_no_moment_to_release() -> None:
    window = Window.of(R, lead=10 * MIN, margin=10 * MIN, notice=timedelta())

    moments = [window.opens + step for step in (-TICK, timedelta(), TICK)]
    assert not any(window.may_send(now, timeout=timedelta(), skew=timedelta()) for now in moments)


def test_who_wants_to_be_left_alone_for_so_long_is_told_so_much_earlier() -> None:
    quiet = Window.of(R, lead=6 * H, margin=10 * MIN, notice=24 * H, quiet=10 * H)

    assert quiet == Window(announce_from=R - 64 * H, opens=OPENS, closes=CLOSES, renews_at=R)
