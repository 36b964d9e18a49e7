"""Sentences that a newcomer stumbled over, each as it is told now."""

import pytest

from tests.cli.desk import Desk, H
from watcher.adapters.clock import ProcessClock

WHY = ("--reason", "weekend", "--by", "maria")


def test_a_pause_that_has_ended_is_not_named_as_what_still_holds(at_desk: Desk) -> None:
    """`resume` said "Releases are paused no more, but do not go on yet (paused by maria: weekend)": the pause
    that had just ended, named where one looks for what still stops; and "too little history (history)".
    """
    at_desk.run("run", "--once")
    at_desk.run("pause", *WHY)
    said = at_desk.run("resume", "--reason", "over")
    assert said.out.startswith(
        "The pause by maria (weekend) has ended, but releases do not go on yet.\n"
        "As of the last turn (now) releases are stopped by: too little history.\n"
    )


def test_pauses_that_have_ended_are_each_named(at_desk: Desk) -> None:
    at_desk.run("run", "--once")
    at_desk.pass_time(25 * H)
    at_desk.run("run", "--once")
    at_desk.run("pause", *WHY)
    at_desk.run("pause", "--reason", "audit", "--by", "ann")
    said = at_desk.run("resume", "--reason", "over")
    assert said.out.startswith(
        "The pauses by maria (weekend) and by ann (audit) have ended, and releases go on.\n"
    )


def test_what_is_tried_anew_is_not_told_as_never_tried(at_desk: Desk) -> None:
    """After `outbox retry` it was "waiting, tried 0 times: connection refused"."""
    at_desk.reconfigure(f"{at_desk.url}/_sandbox/inbox", "http://127.0.0.1:9/nobody")
    at_desk.run("run", "--once")
    assert "waiting, tried 1 time: http" in at_desk.run("outbox").out
    at_desk.run("outbox", "retry", "--notifier", "ops")
    assert "waiting, to be tried anew; the last time: http" in at_desk.run("outbox").out


def test_nothing_undelivered_is_no_claim_that_something_was_delivered(at_desk: Desk) -> None:
    """Before the first turn `outbox` said "Every message was delivered.", and there had been none."""
    assert at_desk.run("outbox").out == "No message waits, and none was given up.\n"


def test_a_file_that_has_all_projects_is_told_so(at_desk: Desk) -> None:
    """`init --online` said "of 3 active projects 0 are not in it"."""
    said = at_desk.run("init", "--online")
    assert (said.code, said.out) == (0, "")
    assert said.err.endswith("was not changed: all 3 active projects are in it.\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pause", "--project", "zzz"), "--project zzz: there is no such project; known: acme-coffee, "),
        (("history", "--kind", "zzz"), "--kind zzz: there is no such kind; known: lease.new, "),
        (("history", "--kind", "hodl"), "--kind hodl: there is no such kind; did you mean hold?"),
    ],
)
def test_what_is_known_stands_after_what_is_not(at_desk: Desk, words: tuple[str, ...], told: str) -> None:
    """ "there is no such project Known: acme-coffee", and "there is no such kind; Known: lease.new"."""
    at_desk.run("run", "--once")
    assert at_desk.run(*words).err.startswith(told)


def test_the_beginning_of_a_handle_is_near_to_it(at_desk: Desk) -> None:
    """`hold @latte` was told that the ledger never saw it, and nothing of @latte.art.lab."""
    at_desk.run("run", "--once")
    assert "Did you mean @latte.art.lab?" in at_desk.run("hold", "@latte").err


def test_an_account_that_renews_without_known_use_is_not_told_as_kept(at_desk: Desk) -> None:
    assert (
        "It is not released: protected by brand.*. It will" in at_desk.run("explain", "@brand.official").out
    )
    assert "It is kept: in use. It will renew for" in at_desk.run("explain", "@espresso.notes").out


def test_what_was_asked_online_stands_in_columns_below_what_is_configured(at_desk: Desk) -> None:
    """The facts of `check --online` followed an aligned table as sentences of every length."""
    told = at_desk.run("check", "--online").out
    asked = told.split("\n\n")[1].splitlines()
    assert [row.split("  ")[0] for row in asked] == [
        "way",
        "certificates",
        "API",
        "clock",
        "project acme-coffee",
        "project northwind-travel",
        "project lumen-fitness",
        "notifiers",
        "ledger",
    ]
    assert {len(row) - len(row[26:].lstrip()) for row in asked} == {26}


def test_a_rehearsal_says_in_a_sentence_which_clock_it_goes_by(at_desk: Desk) -> None:
    """Each command at a terminal began with a line of the log, 173 cells wide."""
    at_desk.sandbox.advance(6 * H)
    at_desk.clock = ProcessClock(at_desk.clock)  # type: ignore[assignment]
    said = at_desk.run("holds", wide=80)
    told = "A rehearsal: the clock is the sandbox's, 6 h ahead of this machine's: Mon 18 May 2026 18:00 UTC."
    assert said.told.startswith(told)
    assert '"event": "a rehearsal: ' in at_desk.run("holds").err
