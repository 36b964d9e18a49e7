"""What happens to an account in a few words, and what to do about a project."""

from datetime import timedelta

import pytest

from tests.builders import NOW, D, H, account, decision, hold, policy, published
from watcher.cli.render.steps import what_happens
from watcher.facts.activity import Unknown, WhyUnknown
from watcher.messages.matters import remedy
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import NotAccepted, Received
from watcher.rules.plan import Decision, Mode, PeriodState, with_lateness
from watcher.rules.policy import Match, Protect, ReleaseRule, ReleaseWhen
from watcher.texts.times import GLUE, zone


def late(*changes: Since) -> Decision:
    """Of one whose window has closed."""
    one = decision(account(renews_in=H / 6))
    return with_lateness(one, Lateness(due=NOW - D, late=changes), changed=bool(changes))


CHANGED = "too late for this renewal: enrolled only since Mon 18 May 11:00 UTC"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (decision(), "to be announced now; release in 1 d 1 h"),
        (decision(account(renews_in=10 * D)), "will be announced in 7 d 18 h"),
        (
            decision(standing=PeriodState(notice=Received(at=NOW - D, not_before=NOW))),
            "release window opens in 1 d 1 h",
        ),
        (
            decision(
                account(renews_in=7 * H),
                standing=PeriodState(notice=Received(at=NOW - 20 * H, not_before=NOW)),
            ),
            "announced; release in 4 h",
        ),
        (
            decision(standing=PeriodState(notice=NotAccepted(missing=("ops",)))),
            "announced; not every channel accepted it yet",
        ),
        (
            decision(
                account(renews_in=3 * H),
                standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW)),
            ),
            "release due now",
        ),
        (decision(held=hold(until=NOW + D)), "will renew: held until Tue 19 May 12:00 UTC"),
        (decision(held=hold()), "will renew: held for ever"),
        (decision(enrolled=False), "will renew: not enrolled"),
        (decision(policies=()), "will renew: no policy matches"),
        (
            decision(account("brand.one"), policies=(policy(protect=Protect(handles=("brand.*",))),)),
            "will renew: protected by brand.*",
        ),
        (
            decision(account(followers=90_000), policies=(policy(protect=Protect(min_followers=50_000)),)),
            "will renew: protected: 50,000 followers or more",
        ),
        (
            decision(account(followers=None), policies=(policy(protect=Protect(min_followers=5)),)),
            "will renew: protected: followers unknown",
        ),
        (
            decision(account(followers=None), policies=(policy(match=Match(min_followers=5)),)),
            "will renew: protected: cannot tell if standard applies",
        ),
        (decision(activity=Unknown(why=WhyUnknown.UNREADABLE)), "will renew: use unknown"),
        (
            decision(policies=(policy(warn=(3 * D,)),), enrolled=False),
            "will renew: not enrolled; 3 d warning due",
        ),
        (decision(standing=PeriodState(released=True)), "released, still listed"),
        (decision(account(renews_in=0 * H)), "renewal pending"),
        (decision(account(renews_in=H / 6)), "not released: too late to release"),
        (late(), "missed: too late to release"),
        (late(Since.exactly(Change.ENROLLED, NOW - H)), CHANGED),
    ],
)
def test_the_step_in_a_few_words(one: Decision, words: str) -> None:
    assert what_happens(one, NOW, zone("UTC"), live=True).replace(GLUE, " ") == words


NOW_ONLY = ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta())


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (decision(activity=published(20.5 * D)), "to be announced now; release in 1 d 1 h unless used"),
        (
            decision(activity=published(20.5 * D), mode=Mode.OBSERVE),
            "would be released in 1 d 1 h unless used",
        ),
        (
            decision(
                activity=published(20.5 * D),
                standing=PeriodState(notice=Received(at=NOW - D, not_before=NOW)),
            ),
            "release window opens in 1 d 1 h unless used",
        ),
        (
            decision(account(renews_in=29 * D), activity=published(H), policies=(policy(release=NOW_ONLY),)),
            "release window opens in 28 d 18 h unless used",
        ),
    ],
)
def test_what_is_in_use_today_is_released_only_unless_it_is_used(one: Decision, words: str) -> None:
    """With `notice = "0s"` a table said "in use" and, below it, that the release window opens in 20 d: only
    what was still to be announced said "unless used".
    """
    live = not words.startswith("would")

    assert what_happens(one, NOW, zone("UTC"), live=live).replace(GLUE, " ") == words


def test_in_observe_mode_nothing_sounds_like_a_release() -> None:
    due = decision(
        account(renews_in=3 * H),
        standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW)),
        mode=Mode.OBSERVE,
    )

    assert what_happens(due, NOW, zone("UTC"), live=False) == "would be released now (observe mode)"
    assert "would be released" in what_happens(decision(mode=Mode.OBSERVE), NOW, zone("UTC"), live=False)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("FORBIDDEN_SCOPE", "leased:write"),
        ("NOT_FOUND", "id"),
        ("UNAUTHENTICATED", "key"),
        ("no_answer", "next turn"),
    ],
)
def test_an_unread_project_comes_with_what_to_do(code: str, word: str) -> None:
    assert word in remedy(code)
