"""A warning is told beside what becomes of an account, and hides nothing of it."""

from typing import Any

import pytest

from tests.stage import ACME, CLOSES, LATTE, NOW, OPENS, RENEWS, D, H, M, Stage, account, published
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason
from watcher.sandbox import ServerError
from watcher.wiring.turn import Purpose

ONLY_WHAT_MATTERS = {"notifiers.ops.events": ["release.*", "deadline.*", "problem.*", "renewal.paid"]}
"""Nobody is told warnings, so none is ever remembered as told: each turn finds one due."""


def test_a_warning_hides_no_missed_deadline(stage: Stage) -> None:
    """It took the place of "the notice came too late": exit 0, nobody told, and the wrong cause noted.

    What made the notice late is told of its renewal, too.
    """
    stage.configure({**ONLY_WHAT_MATTERS, "policies.standard.release.notice": "6h"})
    stage.turn()
    assert exit_of(stage.turn_at(OPENS)) is Exit.MISSED
    assert [event["account"] for event in stage.told("deadline.missed")] == [LATTE.id]
    stage.turn_at(RENEWS + M)
    assert [event["facts"]["cause"] for event in stage.told("renewal.paid")] == ["watcher_down"]


def test_a_warning_hides_no_refusal(stage: Stage) -> None:
    stage.configure(ONLY_WHAT_MATTERS)
    stage.watch_until(OPENS)
    stage.fault(ServerError(method="DELETE", status=403, code="FORBIDDEN"))
    stage.turn()
    assert exit_of(stage.turn_at(OPENS + H)) is Exit.REFUSED


def test_a_warning_and_a_missed_deadline_are_both_told(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": ["10m"]})
    stage.watch_until(OPENS - H)
    stage.turn()
    stage.turn_at(CLOSES)
    told = {event["kind"] for event in stage.told() if event["account"] == LATTE.id}
    assert told == {"release.announced", "renewal.warning", "deadline.missed"}


def test_a_warning_of_what_would_be_released_now_leaves_it_on_the_docket_as_due(stage: Stage) -> None:
    stage.configure({"mode": "observe", **ONLY_WHAT_MATTERS})
    stage.watch_until(OPENS)
    report = stage.turn()
    assert [one.reason for one in report.decisions] == [Reason.OBSERVING]
    assert [one.place.value for one in report.docket.entries] == ["due"]


def warning(stage: Stage, handle: str) -> str:
    [text] = [event["text"] for event in stage.told("renewal.warning") if event["handle"] == handle]
    return str(text.rpartition("; ")[2])


def held(stage: Stage) -> None:
    stage.configure({"holds": [{"account": "sa_soon", "until": "forever", "reason": "flagship"}]})


def observed(stage: Stage) -> None:
    stage.configure({"mode": "observe"})


def used(stage: Stage) -> None:
    stage.add(posts=[published(account("soon", renews_in=7 * D), 1 * D)])


def nothing(stage: Stage) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        (nothing, "will be released before that unless it is used or held"),
        (observed, "would be released before that unless it is used or held (observe mode: nothing will be)"),
        (held, "will renew: held"),
        (used, "will renew"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_warning_says_what_will_become_of_the_account(stage: Stage, change: Any, fate: str) -> None:
    soon = account("soon", renews_in=7 * D)
    stage.add(soon, posts=[published(soon, 40 * D)])
    change(stage)
    stage.turn()
    assert warning(stage, "soon") == fate


def test_a_warning_of_one_that_can_no_longer_be_released_does_not_promise_it(stage: Stage) -> None:
    stage.configure({"brakes.min_history": "0s", "policies.standard.warn": ["10m"]})
    stage.turn_at(CLOSES)
    assert warning(stage, "latte") == "will renew: first seen too late for this renewal"


def test_accounts_in_use_are_told_as_one_total(stage: Stage) -> None:
    """Each is in the digest for machines; the report names none of them."""
    soon = [account(f"soon{number}", renews_in=7 * D, price_cents=10_000) for number in range(4)]
    stage.add(*soon, posts=[published(one, 1 * D) for one in soon])
    report = stage.turn()
    assert (report.warned_in_use, report.warned_in_use_cents) == (4, 40_000)
    told = [event.account for event in report.events if event.kind == "renewal.warning"]
    assert told == [LATTE.id]
    [digest] = stage.sandbox.inbox
    assert digest["totals"]["in_use"] == {"renewals": 4, "cents": 40_000}


def test_warn_for_unused_spares_those_in_use(stage: Stage) -> None:
    stage.configure({"policies.standard.warn_for": "unused"})
    soon = account("soon", renews_in=7 * D)
    stage.add(soon, posts=[published(soon, 1 * D)])
    stage.turn()
    assert [event["account"] for event in stage.told("renewal.warning")] == [LATTE.id]


def test_projects_that_are_not_enrolled_are_warned_about_all_the_same(stage: Stage) -> None:
    stage.configure({"projects.acme.enrolled": False})
    stage.turn()
    assert warning(stage, "latte") == "will renew: not enrolled"


def test_discovered_projects_too(stage: Stage) -> None:
    stage.configure({"discovery.enabled": True})
    del stage.configuration["projects.acme.id"], stage.configuration["projects.acme.enrolled"]
    stage.turn()
    [told] = stage.told("renewal.warning")
    assert told["project"] == ACME


def test_an_audit_warns_nobody_and_shows_what_is_due(stage: Stage) -> None:
    soon = account("soon", renews_in=7 * D)
    stage.add(soon, posts=[published(soon, 1 * D)])
    report = stage.turn(Purpose.AUDIT)
    assert report.warned_in_use == 1
    assert stage.told() == []
    assert stage.clock.now() == NOW
