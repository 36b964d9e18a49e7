"""However many timers ask, one turn answers them."""

from watcher.daemon.wishes import Wish, Wishes
from watcher.facts.accounts import ProjectId

A, B = ProjectId("prj_a"), ProjectId("prj_b")


def test_nothing_asked_is_no_wish() -> None:
    assert Wishes().take() is None


def test_focused_requests_coalesce() -> None:
    wishes = Wishes()
    wishes.ask_focused([A])
    wishes.ask_focused([B, A])

    assert wishes.take() == Wish(full=False, projects=frozenset({A, B}))
    assert wishes.take() is None


def test_a_full_turn_includes_every_focused_one() -> None:
    wishes = Wishes()
    wishes.ask_focused([A])
    wishes.ask_full()
    wishes.ask_full()

    assert wishes.take() == Wish(full=True)
    assert wishes.take() is None


def test_the_bell_rings_until_everything_is_taken() -> None:
    wishes = Wishes()
    assert not wishes.bell.is_set()
    wishes.ask_full()
    assert wishes.bell.is_set()
    wishes.take()
    assert not wishes.bell.is_set()
