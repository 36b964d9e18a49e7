"""A release that is due and was not sent lets its warning out: a brake lets warnings through."""

from pathlib import Path
from typing import Any

import pytest

from tests.stage import LATTE, NOW, OPENS, RENEWS, D, H, M, Stage, account, in_memory, published
from tests.turn.test_brakes import with_due
from watcher.decide.exits import exit_of
from watcher.record.exit_codes import Exit
from watcher.record.overrides import OverrideKind
from watcher.rules.plan import Mode
from watcher.sandbox import ServerError, Suspended
from watcher.wiring.turn import Purpose


def warned(stage: Stage) -> list[str]:
    return [event["text"] for event in stage.told("renewal.warning") if event["account"] == LATTE.id]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"policies.standard.warn": ["3h"]}, NOW + 4 * D - 3 * H),
        ({"policies.standard.warn": ["1d"], "policies.standard.release.lead": "24h"}, NOW + 3 * D),
    ],
    ids=["3h with the default lead", "1d with a lead of a day"],
)
def test_a_pause_lets_the_warnings_within_the_window_out(
    tmp_path: Path, changes: dict[str, Any], at: Any
) -> None:
    """`3h` with a lead of 6 h, or `1d` with one of 24 h: a pause held the release and nobody was warned."""
    latte = account("latte", renews_in=4 * D)
    with in_memory(tmp_path, latte, posts=[published(latte, 40 * D)]) as stage:
        stage.configure(changes)
        stage.watch_until(at)
        stage.say(OverrideKind.PAUSE, why="maintenance")
        assert exit_of(stage.turn()) is Exit.BRAKED
        [text] = warned(stage)
        assert text.endswith(
            "; its release is halted, so it will renew unless the pause is ended by Fri 22 May 11:35 UTC; "
            "paused by maria: maintenance; `lease-watcher resume --reason WHY` lifts it"
        )
        stage.turn_at(at + 15 * M)
        assert len(warned(stage)) == 1, "a rung is told once"
        stage.say(OverrideKind.RESUME)
        stage.turn_at(at + 30 * M)
        assert (stage.released, len(warned(stage))) == ([latte.id], 1)


def test_an_escalation_hears_of_a_release_that_a_brake_holds(stage: Stage) -> None:
    """An `escalation` is for the last warning; that one never came while a brake was on."""
    stage.configure(
        {
            "policies.standard.warn": ["3h"],
            "brakes.max_releases": 0,
            "notifiers.boss.kind": "webhook",
            "notifiers.boss.url": f"{stage.url}/_sandbox/inbox",
            "notifiers.boss.escalation": True,
        }
    )
    stage.watch_until(OPENS)
    stage.turn()
    stage.turn_at(RENEWS - 3 * H)
    [text] = [
        event["text"]
        for digest in stage.sandbox.inbox
        if digest["id"].split(":")[1] == "boss"
        for event in digest["events"]
        if event["kind"] == "renewal.warning"
    ]
    assert "; too many releases (1 release, limit 0); " in text
    assert "`lease-watcher approve " in text


def test_what_is_released_in_this_very_turn_is_not_warned_about(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": ["6h"]})
    stage.watch_until(OPENS)
    stage.turn()
    assert (stage.released, warned(stage)) == ([LATTE.id], [])


def test_a_halt_that_comes_right_before_the_delete_lets_the_warning_out(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": ["6h"]})
    stage.watch_until(OPENS)
    stage.turn(before_acting=lambda: stage.say(OverrideKind.PAUSE, why="wait"))
    [text] = warned(stage)
    assert stage.deletes == 0
    assert text.endswith(
        "; its release was, right before it was sent, halted, so it will renew unless the pause is ended by "
        "Tue 19 May 17:35 UTC; paused by maria: wait; `lease-watcher resume --reason WHY` lifts it"
    )


def test_what_halted_it_right_before_it_was_sent_is_remembered_as_the_cause(stage: Stage) -> None:
    """The renewal was paid "halted right before it was sent", and nobody was told by which brake."""
    stage.watch_until(OPENS)
    stage.turn(before_acting=lambda: stage.say(OverrideKind.PAUSE, why="wait"))
    known = stage.memory().known[LATTE.id]
    assert known.explanation is not None
    assert known.explanation.details == ("paused by maria: wait",)


def test_a_release_that_could_not_be_sent_lets_its_warning_out(stage: Stage) -> None:
    """The project could be listed, and not again right before the DELETE: nothing was told."""
    stage.configure({"policies.standard.warn": ["6h"]})
    stage.watch_until(OPENS)
    stage.turn(before_acting=lambda: stage.fault(ServerError(path="leased")))
    [text] = warned(stage)
    assert (stage.deletes, text.rpartition("; ")[2]) == (
        0,
        "release not sent yet: will renew unless a later turn can send it",
    )


def test_a_key_that_is_suspended_meanwhile_lets_the_warning_out(tmp_path: Path) -> None:
    other = account("other", project="prj_beta", renews_in=20 * D)
    with in_memory(tmp_path, LATTE, other, posts=[published(LATTE, 40 * D)]) as stage:
        stage.configure({"projects.beta.id": "prj_beta", "api.threads": 1, "policies.standard.warn": ["6h"]})
        stage.watch_until(OPENS)
        stage.fault(Suspended(path="prj_beta/"))
        stage.turn()
        [text] = warned(stage)
        assert "; its release is halted, so it will renew unless what halts the release of @latte" in text


def test_a_dry_run_shows_the_warning_of_a_halted_release_and_of_no_other(stage: Stage) -> None:
    stage.configure({"policies.standard.warn": ["6h"]})
    stage.watch_until(OPENS)
    free = stage.turn(Purpose.DRY_RUN)
    stage.say(OverrideKind.PAUSE)
    halted = stage.turn(Purpose.DRY_RUN)
    kinds = [[event.kind for event in report.events].count("renewal.warning") for report in (free, halted)]
    assert (kinds, warned(stage), stage.deletes) == ([0, 1], [], 0)


def test_observe_warns_as_before_and_once(stage: Stage) -> None:
    stage.configure({"mode": Mode.OBSERVE.value, "policies.standard.warn": ["6h"]})
    stage.watch_until(OPENS)
    stage.say(OverrideKind.PAUSE)
    stage.turn()
    [text] = warned(stage)
    assert text.endswith(
        "; its release would be halted, so it would renew unless the pause is ended by "
        "Tue 19 May 17:35 UTC: paused by maria: holiday campaign (observe mode: nothing is released)"
    )


def test_a_release_at_term_that_a_pause_holds_is_warned_about(stage: Stage) -> None:
    stage.configure(
        {
            "policies.standard.release.when": "always",
            "policies.standard.warn": ["6h"],
            "policies.standard.warn_for": "unused",
        }
    )
    stage.watch_until(OPENS)
    stage.say(OverrideKind.PAUSE)
    stage.turn()
    assert len(warned(stage)) == 1


FATE = "will be released before that unless it is used or held"


def test_the_warning_of_a_release_that_will_be_halted_says_what_there_is_to_decide(tmp_path: Path) -> None:
    """Of 24 accounts "will be released before that" was told, while 26 releases waited for an approval."""
    with with_due(tmp_path, 3, of=29) as stage:
        stage.configure(
            {
                "policies.standard.warn": ["2d"],
                "notifiers.ops.events": ["release.*"],
                "notifiers.finance.kind": "webhook",
                "notifiers.finance.url": f"{stage.url}/_sandbox/inbox",
                "notifiers.finance.events": ["renewal.warning"],
            }
        )
        docket = stage.turn().docket.id
        [digest] = [one for one in stage.sandbox.inbox if ":finance:" in one["id"]]
        assert digest["text"] == (
            "Lease watcher, Mon 18 May 2026 12:00 UTC: $450.00 will not be saved unless 3 releases are "
            "approved by Tue 19 May 17:35 UTC\n"
            "\n"
            "INFO\n"
            f"→ `lease-watcher approve {docket} --reason WHY` allows 3 releases ($450.00), "
            "by Tue 19 May 17:35 UTC\n"
            f"→ `lease-watcher docket {docket}` lists them\n"
            "→ to keep one: `lease-watcher hold ACCOUNT`\n"
            "acme:\n"
            "- 3 renewals to come, $450.00; too large a share of the fleet (by Tue 19 May 12:00 UTC 3 of 29 "
            "accounts, limit 10%)\n"
            + "".join(
                f"  renewal Tue 19 May 18:00 UTC  @due{number:02} on tiktok  $150.00  no post published "
                "through Layers for 39 d 23 h; will renew unless what halts its release ends by Tue 19 May "
                "17:35 UTC\n"
                for number in range(3)
            )
        )
        [first, *_] = digest["events"]
        assert " 3 of 29 accounts, limit 10%); `lease-" in first["text"]
        assert (first["facts"]["docket"], first["facts"]["by"]) == (docket, "2026-05-19T17:35:00+00:00")


def test_a_withdrawn_approval_stands_in_the_next_warning(tmp_path: Path) -> None:
    """Nothing was told of the $300 to decide until 58 minutes before they were lost."""
    with with_due(tmp_path, 3, of=29) as stage:
        stage.configure({"policies.standard.warn": ["12h"]})
        stage.turn()
        with stage.ledger() as ledger:
            [kept] = ledger.dockets(NOW).values()
        stage.say(OverrideKind.APPROVE, periods=kept.periods, until=RENEWS, by="ann")
        stage.turn_at(NOW + H)
        stage.say(OverrideKind.UNAPPROVE, periods=kept.periods, by="ann")
        stage.turn_at(RENEWS - 12 * H)
        texts = [event["text"] for event in stage.told("renewal.warning")]
        assert len(texts) == 3
        assert all("will be halted, so it will renew unless the release of @due" in text for text in texts)
        assert FATE not in str(texts)


def test_a_pause_without_an_end_is_told_also_long_before(tmp_path: Path) -> None:
    """A week before its renewal, an account "will be released before that" though all was paused for good."""
    latte = account("latte", renews_in=6 * D)
    with in_memory(tmp_path, latte, posts=[published(latte, 40 * D)]) as stage:
        stage.configure({"policies.standard.warn": ["7d"]})
        stage.say(OverrideKind.PAUSE, why="audit", project="prj_acme")
        stage.turn()
        [text] = warned(stage)
        assert text.endswith(
            "; its release will be halted, so it will renew unless the pause is ended by "
            "Sun 24 May 11:35 UTC; paused by maria: audit in acme; "
            "`lease-watcher resume --project prj_acme --reason WHY` lifts it"
        )


def test_a_pause_that_ends_in_time_threatens_nothing(tmp_path: Path) -> None:
    latte = account("latte", renews_in=6 * D)
    with in_memory(tmp_path, latte, posts=[published(latte, 40 * D)]) as stage:
        stage.configure({"policies.standard.warn": ["7d"]})
        stage.say(OverrideKind.PAUSE, why="audit", until=NOW + 2 * D)
        stage.turn()
        [text] = warned(stage)
        assert text.endswith(f"; {FATE}")


def test_what_is_given_back_at_its_term_is_not_counted_among_what_will_renew(tmp_path: Path) -> None:
    """Accounts in use under `when = "always"` were one line: "1 account in use will renew, $150.00"."""
    latte = account("latte", renews_in=6 * D)
    with in_memory(tmp_path, latte, posts=[published(latte, 2 * D)]) as stage:
        stage.configure({"policies.standard.warn": ["7d"], "policies.standard.release.when": "always"})
        stage.turn()
        [text] = [digest["text"] for digest in stage.sandbox.inbox]
        assert "in use will renew" not in text
        assert FATE in text
