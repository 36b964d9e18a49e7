"""Where the renewals of a timeline stand on its picture."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, policy
from watcher.adapters.pages.drawing import WIDTH, Drawing, DrawnMark, draw
from watcher.decide.timeline import AHEAD, MOST_IN_LANE, Renewal, timeline_of
from watcher.rules.judge import Usage, window_of
from watcher.rules.window import Window
from watcher.texts.times import zone


def renewal(handle: str = "latte", *, renews_in: timedelta = 9 * D, **fields: Any) -> Renewal:
    one = account(handle, renews_in=renews_in)
    rungs = (one.renews_at - 7 * D, one.renews_at - D)
    return Renewal(account=one, **({"window": window_of(one, policy()), "rungs": rungs} | fields))


def drawn(*some: Renewal, timezone: str = "UTC") -> Drawing:
    there = zone(timezone)
    return draw(timeline_of(lambda: some, {}, NOW, there), there)


def marks(*some: Renewal) -> tuple[DrawnMark, ...]:
    (lane,) = drawn(*some).lanes
    return lane.marks


def test_time_goes_from_left_to_right_and_a_day_is_as_wide_as_any_other() -> None:
    first, second = (marks(renewal(renews_in=n * D))[0].x for n in (10, 20))
    assert 0 < first < second < WIDTH
    assert second - first == pytest.approx(10 * (WIDTH - 20) / AHEAD.days, abs=0.2)


def test_a_window_stands_before_its_renewal_and_its_margin_between_them() -> None:
    (one,) = marks(renewal(window=window_of(account(renews_in=9 * D), policy())))
    assert one.opens is not None
    assert one.closes is not None
    assert one.opens < one.closes < one.x
    assert one.x - one.opens == pytest.approx(6 / 24 * (WIDTH - 20) / AHEAD.days, abs=0.2)


def test_the_shortest_window_and_margin_are_still_seen() -> None:
    one = account(renews_in=9 * D)
    short = Window.of(one.renews_at, lead=timedelta(minutes=2), margin=timedelta(minutes=1), notice=H)
    (mark,) = marks(Renewal(account=one, window=short))
    assert mark.closes is not None
    assert mark.opens is not None
    assert mark.x - mark.closes >= 1.4
    assert mark.closes - mark.opens >= 4.9


def test_warnings_of_the_past_are_not_drawn() -> None:
    assert len(marks(renewal(renews_in=9 * D))[0].rungs) == 2
    assert len(marks(renewal(renews_in=5 * D))[0].rungs) == 1


def test_what_no_policy_governs_is_a_mark_alone() -> None:
    (one,) = marks(renewal(window=None, rungs=()))
    assert (one.opens, one.closes, one.rungs) == (None, None, ())


@pytest.mark.parametrize(
    ("fields", "kind", "shape"),
    [
        ({"usage": Usage.IN_USE}, "kept", "in_use"),
        ({"usage": Usage.UNUSED}, "waste", "unused"),
        ({"usage": Usage.UNUSED, "releasing": True}, "saved", "unused"),
        ({"usage": Usage.UNUSED, "releasing": True, "halted": True}, "halted", "unused"),
        ({"usage": Usage.UNKNOWN}, "kept", "unknown"),
        ({"usage": None}, "kept", "plain"),
    ],
)
def test_each_is_painted_by_what_becomes_of_it(fields: dict[str, Any], kind: str, shape: str) -> None:
    (one,) = marks(renewal(**fields))
    assert (one.kind, one.shape) == (kind, shape)


def test_a_mark_says_all_of_it_in_words() -> None:
    (one,) = marks(renewal(usage=Usage.UNUSED, releasing=True, halted=True))
    assert one.says == (
        "@latte, $150.00; unused; is to be released from Wed 27 May 06:00 UTC until Wed 27 May 11:50 UTC, "
        "halted; renews Wed 27 May 12:00 UTC"
    )
    (one,) = marks(renewal(releasing=True, live=False))
    assert "; would be released from" in one.says


def test_what_stands_in_each_other_s_way_stands_in_rows() -> None:
    near = [renewal(f"h{n}", renews_in=9 * D + n * H) for n in range(3)]
    far = renewal("far", renews_in=30 * D)
    found = marks(*near, far)
    assert [one.y for one in found[:3]] == sorted({one.y for one in found})
    assert found[3].y == found[0].y


def test_a_label_at_the_right_edge_stands_to_the_left() -> None:
    left, right = marks(renewal("a", renews_in=33 * D))[0], marks(renewal("a", renews_in=9 * D))[0]
    assert (left.label_left, right.label_left) == (True, False)
    assert left.label_x < min(left.rungs)
    assert right.label_x > right.x


def test_a_long_handle_is_cut_in_the_picture_and_whole_in_its_words() -> None:
    (one,) = marks(renewal("a" * 60))
    assert one.label == f"@{'a' * 22}… $150.00"
    assert one.says.startswith(f"@{'a' * 60}, ")


def test_a_lane_of_many_is_bars_by_day_in_proportion_to_their_money() -> None:
    many = [renewal(f"h{n}", renews_in=9 * D) for n in range(MOST_IN_LANE)]
    many[0] = Renewal(account=many[0].account, usage=Usage.UNUSED, releasing=True)
    many[1] = Renewal(account=many[1].account, usage=Usage.UNUSED)
    (lane,) = drawn(*many, renewal("one", renews_in=12 * D)).lanes
    high, low = lane.bars
    assert [kind for kind, _, _ in high.parts] == ["saved", "waste", "kept"]
    assert [kind for kind, _, _ in low.parts] == ["kept"]
    heights = [sum(height for _, _, height in bar.parts) for bar in lane.bars]
    assert heights[1] == pytest.approx(heights[0] / 16, abs=0.2)
    assert (high.label, low.label) == ("16", "1")
    assert high.says == (
        "Wed 27 May: 16 renewals, $2,400.00; to be released $150.00, unused today and kept $150.00, "
        "the rest $2,100.00"
    )


def test_what_is_unused_and_kept_is_drawn_beside_a_release_of_what_is_in_use() -> None:
    """A release of an account in use today was taken for one of the unused: of a day on which it went, and
    another one was unused and kept, nothing was drawn as unused.
    """
    many = [renewal(f"h{n}", renews_in=9 * D) for n in range(MOST_IN_LANE + 1)]
    many[0] = Renewal(account=many[0].account, usage=Usage.IN_USE, releasing=True)
    many[1] = Renewal(account=many[1].account, usage=Usage.UNUSED)
    ((bar,),) = (lane.bars for lane in drawn(*many).lanes)
    assert [kind for kind, _, _ in bar.parts] == ["saved", "waste", "kept"]


def test_lanes_stand_below_each_other_and_the_picture_holds_them_all() -> None:
    found = drawn(*(renewal(f"h{n}") for n in range(4)))
    assert found.height > found.lanes[-1].y + found.lanes[-1].height - 1
    assert found.says == "Renewals from Mon 18 May until Mon 22 Jun. prj_acme: 4 renewals, $600.00."


def test_weeks_and_weekends_are_those_of_the_configured_zone() -> None:
    found = drawn(renewal(), timezone="Asia/Tokyo")
    assert [name for _, name in found.weeks] == [
        "Mon 18 May",
        "Mon 25 May",
        "Mon 1 Jun",
        "Mon 8 Jun",
        "Mon 15 Jun",
    ]
    assert found.weeks[0][0] < found.now
    assert len(found.weekends) == 10


def test_a_legend_explains_what_is_drawn_and_nothing_else() -> None:
    assert drawn(renewal(usage=Usage.UNUSED), renewal("b", usage=None)).shapes == {"unused", "plain"}
    many = [renewal(f"h{n}", usage=Usage.IN_USE) for n in range(MOST_IN_LANE + 1)]
    assert drawn(*many).shapes == {"bars"}
