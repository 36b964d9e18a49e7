"""A person's word stands in for the verdict, the notice and the window's opening: never for anything else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as StopSignal
from typing import Any

import pytest

from tests.stage import (
    ACME,
    BETA,
    DAILY,
    GRIND,
    LATTE,
    NOW,
    TICK,
    D,
    H,
    M,
    S,
    Stage,
    in_memory,
    listed_by,
    published,
)
from watcher.decide.report import Report
from watcher.facts.accounts import AccountId, LeasePeriod, ProjectId
from watcher.memory.writes import BegunAnew, Said
from watcher.record.exit_codes import Exit
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind
from watcher.record.reasons import Reason
from watcher.record.restored import restored
from watcher.sandbox import Account, LostAnswer, Post, ServerError
from watcher.wiring.turn import Purpose

AT_ONCE = {"brakes.min_history": "0s"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """`@grind` renews in 20 days, `@daily` is in use: no rule would release either."""
    with in_memory(tmp_path, configuration=AT_ONCE) as stage:
        stage.turn()
        stage.move_to(NOW + M)
        yield stage


def word(stage: Stage, one: Account = GRIND, **otherwise: Any) -> Override:
    """What the command writes of an account that it has shown."""
    now = stage.clock.now()
    facts: dict[str, Any] = {
        "kind": OverrideKind.RELEASE,
        "at": now,
        "by": "maria",
        "why": "the contract has ended",
        "account": AccountId(one.id),
        "handle": one.handle,
        "project": ProjectId(one.project),
        "periods": (LeasePeriod(account=AccountId(one.id), renews_at=one.next_renewal_at),),
        "began": one.assigned_at,
        "used_at": shown_use(stage, one),
        "until": now + RELEASE_LASTS,
    }
    return Override(**(facts | otherwise))


def shown_use(stage: Stage, one: Account) -> datetime | None:
    """The last post of the account that the command has shown."""
    posts = [post for of_one in stage.sandbox.world.posts.values() for post in of_one]
    return max(
        (post.published_at for post in posts if post.account == one.id and post.published_at), default=None
    )


def ask(stage: Stage, one: Account = GRIND, **otherwise: Any) -> Override:
    asked = word(stage, one, **otherwise)
    with stage.ledger() as ledger:
        ledger.apply((said(asked),))
    return asked


def said(asked: Override) -> Said:
    return Said(override=asked)


def answered(stage: Stage, asked: Override) -> tuple[Exit, str] | None:
    answer = stage.fleet().overrides.answer_to(asked)
    if answer is None:
        return None
    assert answer.exit is not None
    return answer.exit, answer.why


def waiting(stage: Stage, report: Report) -> list[object]:
    """What is told, kept or counted as waiting for a decision."""
    with stage.ledger() as ledger:
        kept = ledger.dockets(stage.clock.now())
    problems = stage.fleet().problems
    return [*report.matters, *stage.told("brake.halted"), *problems, *kept, *report.docket.to_come]


def forget_answers(stage: Stage) -> None:
    """As if the process had been killed before it could answer."""
    assert stage.state is not None
    stage.state.overrides = [one for one in stage.state.overrides if one.kind is not OverrideKind.ANSWER]


def refused(stage: Stage, asked: Override) -> str:
    """Why nothing was sent, of a word that is used up."""
    found = answered(stage, asked)
    assert found is not None
    assert stage.deletes == 0
    stage.move_to(stage.clock.now() + 5 * M)
    stage.turn()
    assert stage.deletes == 0, "an answered word released something later"
    assert found[0] is Exit.USAGE
    return found[1]


# What it stands in for


@pytest.mark.parametrize("one", [GRIND, DAILY], ids=["far from its renewal", "in use"])
def test_it_stands_in_for_verdict_notice_and_opening(stage: Stage, one: Account) -> None:
    asked = ask(stage, one)
    report = stage.turn()

    assert (stage.released, stage.deletes) == ([one.id], 1)
    assert [attempt.ended.value for attempt in report.attempts] == ["released"]
    assert answered(stage, asked) == (Exit.DONE, "released, $150.00 a month saved")


def test_a_policy_that_never_releases_is_overruled(stage: Stage) -> None:
    stage.configure({"policies.standard.release.when": "never"})
    ask(stage)
    stage.turn()
    assert stage.released == [GRIND.id]


def test_history_says_who_asked(stage: Stage) -> None:
    ask(stage)
    stage.turn()
    told = [line.text for line in stage.story(GRIND.id)]

    assert "maria asked for its release: " in told[1]
    assert "the contract has ended" in told[1]
    assert "A release begins that maria asked for" in " ".join(told)
    assert "asked for by maria" in stage.told("release.done")[0]["text"]


def test_it_is_on_the_docket(stage: Stage) -> None:
    ask(stage)
    report = stage.turn()
    assert [(entry.handle, entry.place.value) for entry in report.docket.entries if entry.handle == "grind"]


# What it never stands in for


def test_not_for_a_hold(stage: Stage) -> None:
    asked = ask(stage)
    stage.say(OverrideKind.HOLD, account=GRIND.id)
    stage.turn()
    assert refused(stage, asked) == "not released: held by maria: holiday campaign"


def test_not_for_a_hold_of_the_configuration(stage: Stage) -> None:
    stage.configure({"holds": [{"account": GRIND.id, "until": "forever", "reason": "flagship"}]})
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == "not released: held by configuration: flagship"


def test_not_for_a_hold_that_is_said_between_word_and_delete(stage: Stage) -> None:
    asked = ask(stage)
    stage.turn(before_acting=lambda: stage.say(OverrideKind.HOLD, account=GRIND.id))
    assert refused(stage, asked) == "not released: held"


@pytest.mark.parametrize(
    ("protect", "why"),
    [
        ({"accounts": [GRIND.id]}, "protected by its id"),
        ({"handles": ["GRI*"]}, "protected by its handle"),
        ({"min_followers": GRIND.followers}, "protected by its followers"),
    ],
)
def test_not_for_a_protection(stage: Stage, protect: dict[str, Any], why: str) -> None:
    stage.configure({"policies.standard.protect": protect})
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == f"not released: {why}"


def test_not_for_a_project_that_is_not_enrolled(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == "not released: not enrolled"


def test_not_in_observe_mode(stage: Stage) -> None:
    stage.configure({"mode": "observe"})
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == "not released: observe mode"


@pytest.mark.parametrize("purpose", [Purpose.DRY_RUN, Purpose.AUDIT])
def test_not_by_what_only_looks(stage: Stage, purpose: Purpose) -> None:
    asked = ask(stage)
    stage.turn(purpose)
    assert (stage.deletes, answered(stage, asked)) == (0, None)


def test_not_without_a_policy(stage: Stage) -> None:
    stage.configure({"policies.standard.match.handles": ["latte"]})
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == "not released: no policy matches"


@pytest.mark.parametrize("status", ["draft", "queued", "publishing"])
def test_not_for_unfinished_posts(stage: Stage, status: str) -> None:
    post = Post(id="post_x", account=GRIND.id, project=ACME, status=status, scheduled_for=NOW + 40 * D)
    stage.sandbox.edit(lambda world: world.with_posts([post]))
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == f"not released: has a {status} post"


@pytest.mark.parametrize("when", ["before the turn", "before the DELETE"])
def test_not_for_an_account_that_was_used_since(stage: Stage, when: str) -> None:
    """Who asked was shown when it was last used, and knew of no later use."""
    asked = ask(stage)
    stage.move_to(NOW + 5 * M)

    def post() -> None:
        stage.sandbox.edit(lambda world: world.with_posts([published(GRIND, -3 * M)]))

    if when == "before the turn":
        post()
        stage.turn()
        why = "it was used since that was asked: a post was published 1 min 56 s ago"
    else:
        stage.turn(before_acting=post)
        why = "in use"
    assert refused(stage, asked) == f"not released: {why}"


@pytest.mark.parametrize("published_ago", [10 * S, 12 * H], ids=["while it was typed", "told late"])
def test_not_for_use_that_was_not_shown_though_it_came_before_the_word(
    stage: Stage, published_ago: timedelta
) -> None:
    """A post appeared between the showing of the account and the typing of its handle. It was no use "since
    the word", and the account was released with a post of two seconds ago.
    """
    asked = word(stage)
    stage.sandbox.edit(lambda world: world.with_posts([published(GRIND, published_ago - M)]))
    with stage.ledger() as ledger:
        ledger.apply((said(asked),))
    stage.turn()
    assert refused(stage, asked).startswith(
        "not released: it was used since that was asked: a post was published"
    )


def test_use_that_was_shown_releases(stage: Stage) -> None:
    stage.sandbox.edit(lambda world: world.with_posts([published(GRIND, 2 * D)]))
    ask(stage)
    stage.turn()
    assert stage.released == [GRIND.id]


def test_not_where_unfinished_posts_cannot_be_read(stage: Stage) -> None:
    stage.fault(ServerError(path="scheduled-posts"))
    asked = ask(stage)
    stage.turn()
    assert answered(stage, asked) == (
        Exit.UNREADABLE,
        "not released: use unknown (posts could not be read)",
    )
    assert stage.deletes == 0


def test_not_for_an_account_that_two_projects_list(stage: Stage) -> None:
    stage.configure({"projects.beta.id": BETA})
    stage.fault(listed_by(BETA, GRIND))
    asked = ask(stage)
    stage.turn()
    assert refused(stage, asked) == "not released: another project lists it too"


CLOSES = GRIND.next_renewal_at - 10 * M
LAST = CLOSES - 10 * S - 60 * S
"""What is sent after that might land from `closes` on: the timeout, and two clocks that differ."""


@pytest.mark.parametrize(
    ("at", "deletes", "why"),
    [
        (LAST - TICK, 1, "released, $150.00 a month saved"),
        (LAST, 0, "left alone, as the facts changed (too late to release)"),
        (CLOSES - TICK, 0, "left alone, as the facts changed (too late to release)"),
        (CLOSES, 0, "not released: too late to release"),
        (CLOSES + TICK, 0, "not released: too late to release"),
    ],
)
def test_not_from_its_closing_on(stage: Stage, at: datetime, deletes: int, why: str) -> None:
    """It is not missed either: nothing was planned."""
    stage.configure({"policies.standard.release.when": "never"})
    stage.watch_until(at)
    asked = ask(stage)
    report = stage.turn()

    found = answered(stage, asked)
    assert found is not None
    assert (stage.deletes, found[1]) == (deletes, why)
    assert report.missed == ()
    assert not any(event["kind"] == "deadline.missed" for event in stage.told())


def test_not_while_a_release_has_an_unknown_end(stage: Stage) -> None:
    stage.fault(LostAnswer(method="DELETE"), ServerError(method="GET", path=f"{ACME}/leased", after=2))
    first = ask(stage)
    stage.turn()
    assert answered(stage, first) == (
        Exit.OUTCOME_UNKNOWN,
        answered(stage, first)[1],  # type: ignore[index]
    )
    second = ask(stage)
    stage.turn()
    found = answered(stage, second)
    assert found is not None
    assert found[0] is Exit.OUTCOME_UNKNOWN
    assert stage.deletes == 1


def test_not_for_one_that_the_api_refused_until_a_person_lifts_that(stage: Stage) -> None:
    refusal = ServerError(method="DELETE", status=409, code="NOT_LEASED")
    stage.fault(refusal)
    first = ask(stage)
    stage.turn()
    stage.sandbox.clear_faults()
    stage.move_to(NOW + 5 * M)
    second = ask(stage)
    stage.turn()

    assert [answered(stage, one) for one in (first, second)] == [
        (Exit.REFUSED, "not released, as the API refused (409 NOT_LEASED)"),
        (Exit.USAGE, "not released: the API refused the release"),
    ]
    assert stage.deletes == 1
    stage.say(OverrideKind.RESOLVE_NOT_RELEASED, account=GRIND.id)
    stage.move_to(NOW + 10 * M)
    ask(stage)
    stage.turn()
    assert stage.released == [GRIND.id]


def test_what_the_api_refused_of_a_word_is_tried_again_by_another_word_alone(stage: Stage) -> None:
    """`resolve` "lets the watcher try it once more", it was said: a policy that never releases does not."""
    stage.configure({"policies.standard.release.when": "never"})
    stage.fault(ServerError(method="DELETE", status=409, code="NOT_LEASED"))
    ask(stage)
    stage.turn()
    [told] = stage.told("release.failed")
    assert "lets the watcher try" not in told["text"]
    assert (
        f"`lease-watcher resolve {GRIND.id} --as not-released --reason WHY`, then "
        f"`lease-watcher release {GRIND.id} --reason WHY` tries it once more"
    ) in told["text"]


@pytest.mark.parametrize(
    ("changes", "brake"),
    [
        ({"brakes.max_releases": 0}, "too many releases"),
        ({"brakes.max_value_cents": 0}, "too much money given up"),
        ({"brakes.min_history": "24h"}, "too little history"),
        ({"projects.acme.keep_at_least": 3}, "too few accounts would be left in acme"),
    ],
)
def test_not_for_a_brake(stage: Stage, changes: dict[str, Any], brake: str) -> None:
    stage.configure(changes)
    asked = ask(stage)
    stage.turn()
    found = answered(stage, asked)
    assert found is not None
    assert (found[0], stage.deletes) == (Exit.BRAKED, 0)
    assert found[1].startswith(f"not released, as a brake halted it: {brake} (")


def test_what_a_brake_stopped_waits_for_no_decision(stage: Stage) -> None:
    """A pause stopped what a person asked for of an account that no rule releases. It was told as critical
    that money would not be saved unless the pause was ended, and stood under what is to be decided: ending it
    released nothing, as the word was used up.
    """
    stage.configure({"policies.standard.release.when": "never"})
    stage.say(OverrideKind.PAUSE)
    asked = ask(stage)
    report = stage.turn()

    assert answered(stage, asked) == (
        Exit.BRAKED,
        "not released, as a brake halted it: paused by maria: holiday campaign; "
        "`lease-watcher resume --reason WHY` lifts it",
    )
    assert waiting(stage, report) == []


@pytest.mark.parametrize("changes", [{"brakes.max_releases": 0}, {"projects.acme.keep_at_least": 3}])
def test_no_approval_is_offered_for_what_it_would_not_release(stage: Stage, changes: dict[str, Any]) -> None:
    """ "Unless 1 release is approved", it was said; `approve` said "Approved", and nothing happened."""
    stage.configure(changes | {"policies.standard.release.when": "never"})
    asked = ask(stage)
    report = stage.turn()

    found = answered(stage, asked)
    assert found is not None
    assert found[1].endswith("); the configuration sets that limit; no approval names what was asked for")
    assert waiting(stage, report) == []


def test_what_the_rules_release_is_as_if_nobody_had_asked(stage: Stage) -> None:
    """`@latte` is due by its policy, and only the word makes too many: what is stopped is what was asked."""
    stage.configure({"brakes.max_releases": 1})
    stage.watch_until(LATTE.next_renewal_at - 6 * H)
    asked = ask(stage)
    report = stage.turn()

    found = answered(stage, asked)
    assert found is not None
    assert found[0] is Exit.BRAKED
    assert stage.released == [LATTE.id]
    assert (report.matters, stage.told("brake.halted")) == ((), [])


@pytest.mark.parametrize("one", [GRIND, LATTE], ids=["another is asked for", "it is asked for itself"])
def test_what_the_rules_would_release_stays_halted_as_it_was(stage: Stage, one: Account) -> None:
    stage.say(OverrideKind.PAUSE)
    stage.watch_until(LATTE.next_renewal_at - 6 * H)
    before = stage.turn()
    stage.move_to(stage.clock.now() + M)
    asked = ask(stage, one)
    report = stage.turn()

    found = answered(stage, asked)
    assert found is not None
    assert found[0] is Exit.BRAKED
    assert [[each.handle for each in matter.accounts] for matter in report.matters] == [[LATTE.handle]]
    assert [matter.cents for matter in report.matters] == [matter.cents for matter in before.matters]
    assert report.docket.id == before.docket.id
    assert len(stage.told("brake.halted")) == 1
    with stage.reader() as reader:
        known = reader.known([AccountId(LATTE.id)])[AccountId(LATTE.id)]
    assert [each.reason for each in known] == [Reason.BRAKED]


def test_not_for_a_pause_and_not_once_it_is_lifted(stage: Stage) -> None:
    stage.say(OverrideKind.PAUSE)
    asked = ask(stage)
    stage.turn()
    found = answered(stage, asked)
    assert found is not None
    assert found[0] is Exit.BRAKED
    stage.say(OverrideKind.RESUME)
    stage.turn()
    assert stage.deletes == 0


def test_not_for_a_pause_that_is_said_between_word_and_delete(stage: Stage) -> None:
    asked = ask(stage)
    stage.turn(before_acting=lambda: stage.say(OverrideKind.PAUSE))
    found = answered(stage, asked)
    assert found is not None
    assert (found[0], stage.deletes) == (Exit.BRAKED, 0)


def test_not_while_a_changed_configuration_waits(stage: Stage) -> None:
    """The next turn, by the configuration that was read, hears the same word."""
    asked = ask(stage)
    stage.turn(rules_to_come=lambda: True)
    assert (stage.deletes, answered(stage, asked)) == (0, None)
    stage.turn()
    assert stage.released == [GRIND.id]


# Exactly the lease that was shown


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"handle": "grinder"}, "it is called @grinder now"),
        ({"next_renewal_at": GRIND.next_renewal_at + D}, "it renews in 20 d 23 h, Mon 8 Jun 12:00 UTC now"),
        ({"assigned_at": NOW + 2 * M}, "its lease began at another time"),
        ({"assigned_at": NOW - 3 * D}, "its lease began at another time"),
    ],
    ids=["handle", "renewal", "lease begun since", "lease begun before the word"],
)
@pytest.mark.parametrize("when", ["before the turn", "before the DELETE"])
def test_another_lease_is_not_released(stage: Stage, changes: dict[str, Any], why: str, when: str) -> None:
    asked = ask(stage)
    stage.move_to(NOW + 3 * M)
    if when == "before the turn":
        stage.change(GRIND, **changes)
        stage.turn()
        assert refused(stage, asked) == f"not released: it is not the lease that was shown: {why}"
    else:
        stage.turn(before_acting=lambda: stage.change(GRIND, **changes))
        assert refused(stage, asked) == "not released: the facts changed"


def test_an_account_of_another_project_is_not_released(stage: Stage) -> None:
    asked = ask(stage, project=ProjectId(BETA))
    stage.turn()
    assert refused(stage, asked) == "not released: its project is not watched"


def test_an_account_that_is_gone_is_not_released(stage: Stage) -> None:
    asked = ask(stage)
    stage.remove(GRIND)
    stage.configure({"brakes.max_project_share": 1, "brakes.max_fleet_drop": 1})
    stage.turn()
    assert refused(stage, asked) == "not released: its project does not list it any more"


# Once, and within its hour


@pytest.mark.parametrize(
    ("later", "deletes"), [(RELEASE_LASTS - TICK, 1), (RELEASE_LASTS, 0), (RELEASE_LASTS + TICK, 0)]
)
def test_it_expires_after_an_hour(stage: Stage, later: Any, deletes: int) -> None:
    ask(stage)
    stage.move_to(stage.clock.now() + later)
    stage.turn()
    assert stage.deletes == deletes


@pytest.mark.parametrize(
    ("later", "deletes"), [(RELEASE_LASTS - TICK, 1), (RELEASE_LASTS, 0), (RELEASE_LASTS + TICK, 0)]
)
def test_its_hour_is_asked_again_right_before_the_delete(stage: Stage, later: Any, deletes: int) -> None:
    asked = ask(stage)
    end = stage.clock.now() + later
    stage.move_to(end - 5 * S)
    stage.turn(before_acting=lambda: stage.move_to(end))
    assert stage.deletes == deletes
    if not deletes:
        found = stage.fleet().overrides.answer_to(asked)
        assert found is not None
        assert found.why == "not released: the word for it is over, used, or of another lease"


@pytest.mark.parametrize(
    "otherwise",
    [
        {"until": None},
        {"until": NOW + 30 * D, "at": NOW - 2 * H},
        {"until": NOW + M, "at": NOW},
        {"at": NOW + 10 * M},
    ],
    ids=["without an end", "with an end too far away", "with an end that has come", "of the future"],
)
def test_it_never_lasts_longer_whatever_is_written(stage: Stage, otherwise: dict[str, Any]) -> None:
    ask(stage, **otherwise)
    stage.turn()
    assert stage.deletes == 0


@pytest.mark.parametrize(("ahead", "deletes"), [(M, 1), (M + TICK, 0)])
def test_the_clock_of_who_said_it_may_be_a_minute_ahead(stage: Stage, ahead: Any, deletes: int) -> None:
    now = stage.clock.now()
    ask(stage, at=now + ahead, until=now + ahead + RELEASE_LASTS)
    stage.turn()
    assert stage.deletes == deletes


def test_said_twice_it_releases_once(stage: Stage) -> None:
    first = ask(stage)
    stage.move_to(NOW + 2 * M)
    second = ask(stage, by="kim")
    stage.turn()
    stage.turn()
    assert stage.deletes == 1
    assert answered(stage, first) == answered(stage, second) == (Exit.DONE, "released, $150.00 a month saved")


def test_a_used_word_releases_nothing_that_is_leased_again(stage: Stage) -> None:
    ask(stage)
    stage.turn()
    stage.remove(GRIND)
    stage.add(replace(GRIND, assigned_at=NOW + 2 * M, status="assigned"))
    stage.move_to(NOW + 3 * M)
    stage.turn()
    assert stage.deletes == 1


def test_a_word_whose_release_had_no_effect_is_used(stage: Stage) -> None:
    """By the rules one more attempt is allowed: a person has to ask for it."""
    stage.fault(ServerError(method="DELETE"))
    asked = ask(stage)
    stage.turn()
    found = answered(stage, asked)
    assert found is not None
    assert (found[0], stage.deletes) == (Exit.REFUSED, 1)
    stage.sandbox.clear_faults()
    stage.turn()
    assert stage.deletes == 1
    stage.move_to(stage.clock.now() + 2 * M)
    again = ask(stage)
    stage.turn()
    assert stage.deletes == 2
    assert answered(stage, again) == (Exit.DONE, "released, $150.00 a month saved")


@pytest.mark.parametrize("clock", [timedelta(), -5 * M, M], ids=["with us", "behind", "ahead"])
def test_who_asks_again_at_once_is_heard_whatever_their_clock_says(stage: Stage, clock: timedelta) -> None:
    """A DELETE had no effect, and its person asked again within the minute: the new word was refused as used,
    for which word an attempt was by was guessed from the clocks. Nor was it to be asked again by somebody
    whose clock was behind.
    """
    stage.fault(ServerError(method="DELETE"))
    ask(stage)
    stage.turn()
    assert stage.deletes == 1
    stage.sandbox.clear_faults()
    stage.move_to(stage.clock.now() + 5 * S)
    said_at = stage.clock.now() + clock
    again = ask(stage, at=said_at, until=said_at + RELEASE_LASTS)
    stage.turn()
    assert answered(stage, again) == (Exit.DONE, "released, $150.00 a month saved")
    assert stage.deletes == 2


def test_a_word_that_was_said_before_the_one_that_was_tried_is_used_with_it(stage: Stage) -> None:
    """Two people ask before one turn: it tries for both, also where nobody could answer them."""
    stage.fault(ServerError(method="DELETE"))
    now = stage.clock.now()
    ask(stage, by="kim")
    ask(stage, at=now - M, until=now + 5 * M)
    stage.turn()
    assert stage.deletes == 1
    forget_answers(stage)
    stage.sandbox.clear_faults()
    stage.move_to(now + 5 * M)
    stage.turn()
    assert stage.deletes == 1


def test_a_word_is_used_by_its_intent_also_where_nobody_could_answer_it(stage: Stage) -> None:
    """The gate asks by which word an attempt was: an answer may have been lost with a killed process."""
    stage.fault(ServerError(method="DELETE"))
    asked = ask(stage)
    stage.turn()
    forget_answers(stage)
    stage.sandbox.clear_faults()
    report = stage.turn()
    assert stage.deletes == 1
    assert [one.reason and one.reason.value for one in report.attempts] == ["word_over"]
    found = answered(stage, asked)
    assert found is not None
    assert found[0] is Exit.USAGE


def test_a_restored_ledger_voids_it(stage: Stage) -> None:
    ask(stage)
    copy, pause = restored("maria", "the disk died", stage.clock.now())
    with stage.ledger() as ledger:
        ledger.apply((BegunAnew(restored=copy, pause=pause),))
    stage.say(OverrideKind.RESUME)
    stage.turn()
    assert stage.deletes == 0


def test_what_cannot_be_asked_is_answered(stage: Stage) -> None:
    stage.fault(ServerError(path="whoami"))
    asked = ask(stage)
    stage.turn()
    found = answered(stage, asked)
    assert found is not None
    assert (found[0], stage.deletes) == (Exit.UNREADABLE, 0)
    stage.sandbox.clear_faults()
    stage.turn()
    assert stage.deletes == 0


def test_a_key_that_may_not_release_is_told_as_that(stage: Stage) -> None:
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN_SCOPE"))
    asked = ask(stage)
    stage.turn()
    assert answered(stage, asked) == (
        Exit.KEY,
        "not released: the API says that the key may not release (the key lacks the scope leased:write: "
        "DELETE answered 403 FORBIDDEN_SCOPE)",
    )
    assert stage.released == []


def test_a_turn_that_is_told_to_stop_leaves_it_to_the_next(stage: Stage) -> None:
    stop = StopSignal()
    asked = ask(stage)
    stage.turn(stop=stop, before_acting=stop.set)
    assert (stage.deletes, answered(stage, asked)) == (0, None)
    stage.turn()
    assert stage.released == [GRIND.id]


# What else it leaves as it is


def test_a_refused_word_changes_nothing_of_what_is_planned(stage: Stage) -> None:
    """The account was announced, and a brake stopped what was asked: the announcement stands."""
    before = stage.memory().notices
    assert before, "latte is announced"
    stage.say(OverrideKind.PAUSE)
    ask(stage, LATTE)
    stage.turn()
    after = stage.memory().notices
    assert [notice.voided for notice in after.values()] == [None]


def test_a_turn_taken_for_one_word_releases_nothing_else(stage: Stage) -> None:
    stage.watch_until(LATTE.next_renewal_at - 6 * H)
    asked = ask(stage)
    with stage.opened() as turns:
        turns.run(only=asked.periods[0])
    assert stage.released == [GRIND.id]
    stage.turn()
    assert stage.released == [GRIND.id, LATTE.id]
