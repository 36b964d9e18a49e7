"""`release`: what a person is shown, what is typed, what is recorded, and what is told of it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.desk import NOW, Desk, H, desk, with_handle
from watcher.adapters.ledger.opening import open_ledger, open_reader, open_words
from watcher.cli import carried_out
from watcher.cli.process import Process
from watcher.memory.writes import Said
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.sandbox import LostAnswer, Post, ServerError, fleets
from watcher.sandbox.fleets.mixed_fleet import (
    ACME_COFFEE,
    BRAND_OFFICIAL,
    CAFE_HOPPER,
    COFFEE_STORIES,
    LATTE_ART_LAB,
    MOUNTAIN_HUTS,
)

WHY = ("--reason", "the contract has ended")
STORIES = "@coffee.stories.daily"
"""In use, and far from its renewal."""


@pytest.fixture
def seen(at_desk: Desk) -> Desk:
    """After a day of turns, so that the ledger is old enough."""
    assert at_desk.run("run", "--once").code == 0
    at_desk.pass_time(25 * H)
    return at_desk


def overrides(one: Desk) -> Overrides:
    with closing(open_reader(one.ledger)) as ledger:
        return ledger.fleet(one.clock.now()).overrides


def kinds(one: Desk) -> list[OverrideKind]:
    return [word.kind for word in overrides(one).said]


def test_it_shows_what_is_given_up_releases_and_tells(seen: Desk) -> None:
    said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, seen.deletes) == (0, 1)
    assert [one.account for one in seen.sandbox.world.releases] == [COFFEE_STORIES]
    assert said.out == f"{STORIES} ({COFFEE_STORIES}) was released, $150.00 a month saved.\n"
    shown = said.told
    for text in (
        f"{STORIES} ({COFFEE_STORIES}) on tiktok, ",
        "costs $150.00 a month, paid for until Wed 27 May 12:00 UTC (in 7 d 23 h)",
        "given up 7 d 23 h that are paid for, about $39.79: nothing is refunded",
        "last use a post was published 4 d 3 h ago",
        "its policy standard keeps it: in use",
        "A release is carried out at once and cannot be undone.",
        "Type its handle to release it",
    ):
        assert text in shown
    assert kinds(seen) == [OverrideKind.RELEASE, OverrideKind.ANSWER]
    told = " ".join(seen.run("history", STORIES).out.split())
    assert "maria asked for its release: the contract has ended" in told, (
        "until when the word holds read as its end"
    )


@pytest.mark.parametrize("typed", ["@coffee.stories.daily\n", "  Coffee.Stories.Daily \n"])
def test_the_handle_may_be_typed_as_people_write_it(seen: Desk, typed: str) -> None:
    assert seen.run("release", STORIES, *WHY, typed=typed).code == 0


@pytest.mark.parametrize("typed", ["", "\n", "yes\n", "y\n", f"{COFFEE_STORIES}\n", "coffee.stories\n"])
def test_anything_else_releases_nothing_and_records_nothing(seen: Desk, typed: str) -> None:
    said = seen.run("release", STORIES, *WHY, typed=typed)

    assert (said.code, seen.deletes, kinds(seen)) == (2, 0, [])
    assert "nothing was recorded, and nothing is released" in said.told


def test_without_a_terminal_it_is_refused_before_anything_is_read(seen: Desk) -> None:
    seen.sandbox.log.clear()
    said = seen.run("release", STORIES, *WHY)

    assert (said.code, kinds(seen)) == (2, [])
    assert "the handle is typed at a terminal: there is none here, and no option in its place" in said.told
    assert len(seen.sandbox.log.select()) == 0


def test_no_option_types_the_handle(seen: Desk) -> None:
    for option in ("--yes", "-y", "--force"):
        with pytest.raises(SystemExit) as left:
            seen.run("release", STORIES, *WHY, option, typed="coffee.stories.daily\n")
        assert left.value.code == 2
    assert seen.deletes == 0


def test_a_reason_is_asked_for(seen: Desk) -> None:
    with pytest.raises(SystemExit) as left:
        seen.run("release", STORIES, typed="coffee.stories.daily\n")
    assert left.value.code == 2


# Never a guess


def test_an_ambiguous_handle_is_refused_with_the_choices(tmp_path: Path) -> None:
    fleet = with_handle(fleets.mixed(NOW), MOUNTAIN_HUTS, "coffee.stories.daily")
    with desk(tmp_path, fleet) as one:
        one.run("run", "--once")
        said = one.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

        assert (said.code, one.deletes, kinds(one)) == (2, 0, [])
        assert COFFEE_STORIES in said.told
        assert MOUNTAIN_HUTS in said.told


def test_a_handle_of_another_account_that_is_new_since_the_last_turn_is_refused(seen: Desk) -> None:
    seen.sandbox.edit(lambda world: world.with_changed_account(LATTE_ART_LAB, handle="coffee.stories.daily"))
    said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, seen.deletes, kinds(seen)) == (2, 0, [])
    assert "fits several accounts" in said.told


@pytest.mark.parametrize("noticed", [True, False], ids=["before a turn", "not yet"])
def test_a_former_handle_is_refused(seen: Desk, noticed: bool) -> None:
    seen.sandbox.edit(lambda world: world.with_changed_account(COFFEE_STORIES, handle="tea.stories"))
    if noticed:
        seen.run("run", "--once")
    said = seen.run("release", STORIES, *WHY, typed="tea.stories\n")

    assert (said.code, seen.deletes, kinds(seen)) == (2, 0, [])
    assert "called @tea.stories" in said.told


def test_an_unknown_account_is_refused(seen: Desk) -> None:
    said = seen.run("release", "@coffee.storys.daily", *WHY, typed="coffee.stories.daily\n")

    assert (said.code, kinds(seen)) == (2, [])
    assert "never saw @coffee.storys.daily" in said.told


# Refused before anything is recorded


def refused(one: Desk, reference: str, typed: str, code: int = 2) -> str:
    said = one.run("release", reference, *WHY, typed=f"{typed}\n")
    assert (said.code, one.deletes) == (code, 0), said.err
    assert OverrideKind.RELEASE not in kinds(one)
    return said.told


def test_what_is_held(seen: Desk) -> None:
    seen.run("hold", STORIES, "--reason", "campaign")
    assert "is not released: held by maria until Wed 27 May 12:00 UTC: campaign" in refused(
        seen, STORIES, "coffee.stories.daily"
    )


def test_what_is_protected(seen: Desk) -> None:
    assert "protected by its handle" in refused(seen, BRAND_OFFICIAL, "brand.official")


def test_what_has_unfinished_posts(seen: Desk) -> None:
    assert "is not released: has a queued post" in refused(seen, CAFE_HOPPER, "cafe.hopper")


def test_what_only_watches(seen: Desk) -> None:
    seen.reconfigure('mode = "enforce"', 'mode = "observe"')
    assert "is not released: observe mode" in refused(seen, STORIES, "coffee.stories.daily")


def test_what_cannot_be_read(seen: Desk) -> None:
    seen.sandbox.add_fault(ServerError(path="scheduled-posts"))
    assert "posts could not be read" in refused(seen, STORIES, "coffee.stories.daily", 75)


def test_an_api_that_is_away(seen: Desk) -> None:
    seen.sandbox.add_fault(ServerError())
    assert "The API could not be asked" in refused(seen, STORIES, "coffee.stories.daily", 75)


def test_what_is_released_already(seen: Desk) -> None:
    assert seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n").code == 0
    said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, seen.deletes) == (2, 1)
    assert "was released by the lease watcher on" in said.told
    assert "Nothing was recorded." in said.told


def test_what_is_being_released(seen: Desk) -> None:
    seen.sandbox.add_fault(
        LostAnswer(method="DELETE"), ServerError(method="GET", path=f"{ACME_COFFEE}/leased", after=3)
    )
    first = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")
    second = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (first.code, second.code, seen.deletes) == (21, 21, 1)
    assert "was perhaps released: it will be read back" in first.out
    assert "The next turn reads it back" in first.told
    assert "is being released since" in second.told


# Carried out


def test_a_brake_that_is_on_is_told_before_the_handle_is_asked_for(seen: Desk) -> None:
    """A person typed the handle of what is released at once, and was told that a brake had been on."""
    seen.run("pause", "--reason", "audit")
    said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, said.out, seen.deletes, kinds(seen)) == (22, "", 0, [OverrideKind.PAUSE])
    assert said.told.endswith(
        f"{STORIES} ({COFFEE_STORIES}) is not released, as a brake is on: paused by maria: audit; "
        "`lease-watcher resume --reason WHY` lifts it. Nothing was recorded."
    )


def test_a_brake_that_ends_by_itself_is_told_with_when(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    said = at_desk.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, at_desk.deletes) == (22, 0)
    assert "limit 1 d), over in 1 d, Tue 19 May 12:00 UTC; it ends by itself" in said.told
    assert "Nothing was recorded." in said.told


def test_a_brake_is_told_with_what_lifts_it_and_nothing_happens_later(seen: Desk) -> None:
    seen.reconfigure("[brakes]\n", "[brakes]\nmax_releases = 0\n")
    said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, seen.deletes) == (22, 0)
    assert "was not released, as a brake halted it: too many releases" in said.out
    assert f"Your word is used up: `lease-watcher release {COFFEE_STORIES}" in said.told
    seen.reconfigure("max_releases = 0", "max_releases = 9")
    seen.run("run", "--once")
    assert COFFEE_STORIES not in {one.account for one in seen.sandbox.world.releases}


def test_the_turn_that_it_takes_releases_nothing_else(at_desk: Desk) -> None:
    from tests.cli.test_run import enforced

    enforced(at_desk)
    assert at_desk.run("release", STORIES, *WHY, typed="coffee.stories.daily\n").code == 0
    assert [one.account for one in at_desk.sandbox.world.releases] == [COFFEE_STORIES]


def test_its_turn_ends_what_stood_because_none_had_succeeded(at_desk: Desk) -> None:
    """The message "will be too late unless a turn succeeds" names this command. Its turn succeeded, and the
    message stood.
    """
    at_desk.run("run", "--once")
    at_desk.run("hold", "@campaign.reserve", "--reason", "campaign")
    at_desk.pass_time(20 * H)
    at_desk.run("run", "--once")
    at_desk.pass_time(10 * H + timedelta(minutes=10))
    at_desk.sandbox.add_fault(ServerError(path="^/v1/"))
    at_desk.run("run", "--once")
    at_desk.pass_time(timedelta(minutes=15))
    at_desk.run("run", "--once")
    assert "deadline.near" in problems(at_desk)
    at_desk.sandbox.clear_faults()
    assert at_desk.run("release", STORIES, *WHY, typed="coffee.stories.daily\n").code == 0
    assert "deadline.near" not in problems(at_desk)


def problems(one: Desk) -> set[str]:
    with closing(open_reader(one.ledger)) as ledger:
        return set(ledger.fleet(one.clock.now()).problems)


@pytest.fixture
def busy(seen: Desk) -> Iterator[Desk]:
    """Somebody else holds the ledger, and does nothing for anybody."""
    with closing(open_ledger(seen.ledger)) as other:
        assert other.take_lock(seen.clock.now()) is None
        step = seen.clock.wait

        def wait(*how: object) -> object:
            other.keep_lock(seen.clock.now())
            return step(*how)  # type: ignore[arg-type]

        seen.clock.wait = wait  # type: ignore[method-assign,assignment]
        yield seen


def test_where_nobody_carries_it_out_it_says_what_holds(busy: Desk) -> None:
    said = busy.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert (said.code, busy.deletes) == (75, 0)
    assert (
        f"Nobody carried it out. The watcher may still release {STORIES} ({COFFEE_STORIES}) until "
        f"Tue 19 May 14:00 UTC: then your word expires. `lease-watcher hold {COFFEE_STORIES}` stops that."
    ) in said.told
    assert "process" in said.told, "who holds the ledger is shown while it waits"
    assert kinds(busy) == [OverrideKind.RELEASE]


def test_what_another_process_answered_is_told(busy: Desk) -> None:
    """The daemon is another process: here it is played by an answer."""
    step, done = busy.clock.wait, list[int]()

    def wait(*how: object) -> object:
        if not done:
            done.append(1)
            (word,) = overrides(busy).said
            answer = Override(
                kind=OverrideKind.ANSWER,
                at=busy.clock.now(),
                by="lease-watcher",
                why="not released: held by jo: no",
                account=word.account,
                handle=word.handle,
                project=word.project,
                periods=word.periods,
                exit=carried_out.Exit.USAGE,
            )
            with closing(open_words(busy.ledger)) as words:
                words.apply((Said(override=answer),))
        return step(*how)  # type: ignore[arg-type]

    busy.clock.wait = wait  # type: ignore[method-assign,assignment]
    said = busy.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

    assert said.code == 2
    assert f"{STORIES} ({COFFEE_STORIES}) was not released: held by jo: no." in said.out
    assert busy.clock.now() - NOW < 25 * H + timedelta(seconds=10)


def test_whoever_held_the_ledger_and_died_is_not_waited_for(seen: Desk) -> None:
    with closing(open_ledger(seen.ledger)) as other:
        assert other.take_lock(seen.clock.now()) is None
        said = seen.run("release", STORIES, *WHY, typed="coffee.stories.daily\n")

        assert (said.code, seen.deletes) == (0, 1)
        assert seen.clock.now() - NOW <= 25 * H + timedelta(minutes=6), "after its term"


def test_a_post_that_is_queued_while_the_handle_is_typed_keeps_it(seen: Desk) -> None:
    """What was shown is not what it is released on: all is read again."""
    account = seen.sandbox.world.accounts[COFFEE_STORIES]

    class Slow(str):
        pass

    import tests.cli.desk as desks

    class Typing(desks.Terminal):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            post = Post.queued(id="post_late", account=account, at=NOW + 40 * H)
            seen.sandbox.edit(lambda world: world.with_posts([post]))
            return "coffee.stories.daily\n"

    before = desks.Terminal
    desks.Terminal = lambda text="": Typing(text) if text else before()  # type: ignore[assignment,misc]
    try:
        said = seen.run("release", STORIES, *WHY, typed="x")
    finally:
        desks.Terminal = before  # type: ignore[misc]

    assert (said.code, seen.deletes) == (2, 0)
    assert "was not released: has a queued post" in said.out


HOLD = f'\n[[holds]]\naccount = "{COFFEE_STORIES}"\nuntil = "forever"\nreason = "a campaign"\n'


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("\n[notifiers.ops]", f"{HOLD}\n[notifiers.ops]", "held by configuration: a campaign"),
        ('ACME"\nenrolled = true', 'ACME"\nenrolled = false', "not enrolled"),
    ],
    ids=["held", "not enrolled"],
)
def test_what_was_configured_while_its_handle_was_typed_is_heard(
    seen: Desk, monkeypatch: pytest.MonkeyPatch, old: str, new: str, why: str
) -> None:
    """A hold was written into the file while the question stood there: the account was given back."""

    def ask(_process: Process, _question: str) -> str:
        seen.reconfigure(old, new)
        return STORIES

    monkeypatch.setattr(Process, "ask", ask)
    said = seen.run("release", STORIES, *WHY, typed="")
    assert (said.code, seen.deletes) == (2, 0)
    assert why in " ".join(said.out.split())


def test_nothing_is_released_by_a_configuration_that_was_changed_since(
    seen: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turn came minutes later, after another watcher's, by the file as it had been read. Then the command
    tried for ten minutes more, every five seconds, what it would not do.
    """
    told = carried_out.carried_out

    def later(*words: Any) -> Any:
        seen.reconfigure("\n[notifiers.ops]", f"{HOLD}\n[notifiers.ops]")
        return told(*words)

    monkeypatch.setattr("watcher.cli.commands.release.carried_out", later)
    began = seen.clock.now()
    said = seen.run("release", STORIES, *WHY, typed=f"{STORIES}\n")
    assert (seen.deletes, said.code) == (0, Exit.UNREADABLE)
    assert "The configuration changed meanwhile, so nothing was released by the former one." in said.err
    assert seen.clock.now() - began < timedelta(minutes=1), "what can no longer be is not waited for"
