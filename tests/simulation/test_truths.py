"""The oracle of what is told sees each lie in one message, and none where there is none."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.simulation.model.world import Charge, Post
from tests.simulation.oracle import judge
from tests.simulation.oracle.case import Case
from tests.simulation.oracle.truths import length_of
from tests.simulation.people import hold
from tests.simulation.test_oracle import LEASE, RENEWAL, RULES, SENT, START, debited, released
from tests.simulation.wire import Delivered

D, H, M, S = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
DAY = "Fri 30 Jan 00:00 UTC"
WARNED = RENEWAL - 7 * D
WARNING = f"@idle.1 on tiktok renews for $150.00 in 7 d, {DAY}; no post published through Layers for 20 d"
ANNOUNCED = SENT - 25 * H


def case_with(case: Case, kind: str, at: datetime, text: str, facts: dict[str, Any], **changed: Any) -> Case:
    """With one message, and lists that had shown the account as it is."""
    said = (LEASE.handle, LEASE.project, LEASE.platform, RENEWAL, LEASE.price_cents, LEASE.assigned_at)
    case.world.truth.show("sa_1", START, said)
    event = {
        "kind": kind,
        "account": "sa_1",
        "handle": "idle.1",
        "project": "prj_acme",
        "platform": "tiktok",
        "renews_at": RENEWAL.isoformat(),
        "severity": "info",
        "key": f"{kind}:sa_1:{RENEWAL.isoformat()}:604800",
        "at": at.isoformat(),
        "text": text,
        "cents": 15_000,
        "facts": facts,
        **changed,
    }
    told = Delivered(at=at + S, receiver="/0", event=event, live=True, heard=True, digest="d")
    return replace(case, delivered=[*case.delivered, told])


def warned(case: Case | None = None, text: str = WARNING, at: datetime = WARNED, **facts: Any) -> Case:
    case = released() if case is None else case
    post = Post(
        id="p",
        account="sa_1",
        project="prj_acme",
        appears_at=WARNED - 21 * D,
        scheduled_for=WARNED - 20 * D,
        ended_at=WARNED - 20 * D,
    )
    case.world.publish(post)
    said = {"usage": "unused", "last_warning": False, "held": False, "reason": "unused", **facts}
    return case_with(case, "renewal.warning", at, text, said)


def lies(case: Case) -> list[str]:
    found = [one.text for one in judge(case).violations if one.rule == "untrue message"]
    return [
        one.split("+00:00: ", 1)[1].removesuffix(f": {case.delivered[-1].event['text']}") for one in found
    ]


def changed(case: Case, **what: Any) -> Case:
    last = case.delivered[-1]
    return replace(case, delivered=[*case.delivered[:-1], replace(last, event={**last.event, **what})])


def test_what_is_true_is_no_lie() -> None:
    assert lies(warned()) == []
    assert judge(warned()).figures.told == 1


@pytest.mark.parametrize(
    ("what", "lie"),
    [
        ({"handle": "idle.2"}, "its handle was idle.1"),
        ({"project": "prj_beta"}, "its project was prj_acme"),
        ({"platform": "instagram"}, "it is on tiktok"),
        ({"cents": 9_900}, "it costs [15000] cents"),
        ({"account": "sa_2"}, "there is no such account"),
    ],
)
def test_of_which_account_it_is_and_what_it_costs(what: dict[str, Any], lie: str) -> None:
    assert lie in lies(changed(warned(), **what))


@pytest.mark.parametrize(
    ("text", "lie"),
    [
        (WARNING.replace("$150.00", "$99.00"), "its text does not say $150.00"),
        (WARNING.replace("30 Jan", "31 Jan"), f"its text does not say {DAY}"),
        (WARNING.replace("in 7 d", "in 6 d 23 h"), None),
        (WARNING.replace("in 7 d", "in 5 d 23 h"), "it is 7 days, 0:00:00 until then"),
        (WARNING.replace("for 20 d", "for 18 d"), f"its last post was {WARNED - 20 * D}"),
        (WARNING.replace("for 20 d", "for 18 d (as of Mon 19 Jan 00:00 UTC)"), None),
    ],
)
def test_its_text_says_the_same_as_its_figures(text: str, lie: str | None) -> None:
    assert lies(warned(text=text)) == ([] if lie is None else [lie])


@pytest.mark.parametrize(
    ("facts", "lie"),
    [
        ({"usage": "in_use"}, f"in_use, and it was last used {WARNED - 20 * D}"),
        ({"last_warning": True}, "whether it is the last warning"),
        ({"held": True}, "held is True"),
        ({"reason": "held"}, "held, and nobody did"),
        ({"reason": "not_enrolled"}, "not enrolled, and it is"),
        ({"reason": "protected_handle"}, "protected_handle, and nothing protects it"),
        ({"reason": "in_use"}, f"in use, and last used {WARNED - 20 * D}"),
    ],
)
def test_why_it_is_kept_or_not(facts: dict[str, Any], lie: str) -> None:
    assert lies(warned(**facts)) == [lie]


def test_what_had_to_wait_is_held_to_the_time_that_it_names() -> None:
    in_use = {"usage": "in_use", "reason": "in_use"}
    assert len(lies(warned(**in_use))) == 2
    assert lies(warned(text=f"{WARNING} (as of Mon 12 Jan 00:00 UTC)", **in_use)) == []


def test_what_is_held_is_told_so() -> None:
    held = [(START + 5 * D, hold("sa_1", START + 5 * D, WARNED + 2 * D, RENEWAL))]
    assert "held is False" in lies(replace(warned(), said=held))
    assert lies(replace(warned(held=True, reason="held"), said=held)) == []


@pytest.mark.parametrize(
    ("before", "lie"), [(timedelta(), None), (2 * M, "7 days, 0:02:00 before its renewal")]
)
def test_no_warning_comes_before_its_rung(before: timedelta, lie: str | None) -> None:
    assert lies(warned(at=WARNED - before)) == ([] if lie is None else [lie])


def announced(not_before: datetime, at: datetime = ANNOUNCED) -> Case:
    text = f"@idle.1 will be released, saving $150.00 due {DAY}"
    facts = {"not_before": not_before.isoformat(), "reason": "unused"}
    return case_with(released(), "release.announced", at, text, facts)


OPENS = RENEWAL - RULES.lead


@pytest.mark.parametrize("not_before", [OPENS, OPENS + H])
def test_an_announcement_is_for_the_window(not_before: datetime) -> None:
    assert lies(announced(not_before, at=OPENS - 24 * H)) == []


@pytest.mark.parametrize("not_before", [OPENS - M, RENEWAL - RULES.margin])
def test_no_announcement_is_for_another_time(not_before: datetime) -> None:
    (lie,) = lies(announced(not_before, at=OPENS - 25 * H))
    assert lie.startswith(f"not before {not_before}, and its window is from {OPENS} until")


def test_no_announcement_is_shorter_than_its_notice_or_comes_too_early() -> None:
    (lie,) = lies(announced(OPENS, at=OPENS - 20 * H))
    assert lie == f"not before {OPENS}, and notice is 1 day, 0:00:00"
    (lie,) = lies(announced(OPENS, at=OPENS - 49 * H))
    assert lie == "2 days, 1:00:00 before its window opens"


def test_an_announcement_in_observe_mode_is_not_live() -> None:
    case = announced(OPENS, at=OPENS - 24 * H)
    observed = replace(case, history=replace(case.history, rules=replace(RULES, enforce=False)))
    assert "live" in lies(observed)


@pytest.mark.parametrize(("at", "lie"), [(SENT + S, []), (SENT - H, [f"it was released ['{SENT + S}']"])])
def test_a_release_is_told_after_it(at: datetime, lie: list[str]) -> None:
    assert lies(case_with(released(), "release.done", at, "$150.00 a month saved", {})) == lie


def test_a_release_that_nobody_asked_for_is_not_told_as_asked_for() -> None:
    text = "was released (asked for by maria); $150.00 a month saved"
    assert lies(case_with(released(), "release.done", SENT + S, text, {})) == ["nobody asked for it"]


def test_a_payment_is_told_after_it() -> None:
    text = "$150.00 paid for @idle.1, not evidenced in use"
    assert lies(case_with(debited(), "renewal.paid", RENEWAL + H, text, {})) == []
    assert lies(case_with(debited(), "renewal.paid", RENEWAL - H, text, {})) == ["told 1:00:00 before"]
    assert lies(case_with(released(), "renewal.paid", RENEWAL + H, text, {})) == ["it was not debited"]


def missed(at: datetime, text: str, **facts: Any) -> Case:
    case = replace(debited(), said=[])
    case.world.truth.charges[:] = [Charge(account="sa_1", project="prj_acme", at=RENEWAL, cents=15_000)]
    return case_with(case, "deadline.missed", at, f"{text}, {DAY}", facts)


def test_what_is_missed_is_told_with_the_time_that_is_left() -> None:
    closes = RENEWAL - RULES.margin
    assert lies(missed(RENEWAL + H, "$150.00 was paid 1 h ago")) == []
    assert lies(missed(closes - H, "$150.00 will be paid in 1 h 10 min", by=closes.isoformat())) == []
    assert lies(missed(closes - H, "$150.00 will be paid in 1 h 10 min")) == [
        f"it can be released until {closes}"
    ]
    assert lies(missed(RENEWAL + H, "$150.00 will be paid 1 h ago")) == [f"it renews {RENEWAL}"]


@pytest.mark.parametrize("void", ["held", "used", "renamed", "restored", "not_live", "listed_twice"])
def test_nothing_is_withdrawn_for_what_was_not(void: str) -> None:
    key = f"release.withdrawn:sa_1:release.announced:sa_1:{ANNOUNCED.isoformat()}"
    facts = {"void": void}
    case = case_with(released(), "release.withdrawn", SENT - H, "$150.00 is due", facts, key=key)
    assert len(lies(case)) == 1


@pytest.mark.parametrize(
    ("words", "length"),
    [("2 d 4 h", 2 * D + 4 * H), ("15 min", 15 * M), ("1 h 2 min", H + 2 * M), ("9 s", 9 * S)],
)
def test_lengths_are_read_as_they_are_told(words: str, length: timedelta) -> None:
    assert length_of(words) == length
