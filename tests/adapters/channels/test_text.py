from dataclasses import replace

from tests.adapters.channels.stage import digest, event
from tests.builders import IN_USE
from watcher.adapters.channels.text import digest_text
from watcher.messages.events import EventKind


def test_the_worst_comes_first_then_project_by_project_and_renewals_in_use_are_one_line():
    text = digest_text(
        digest(
            event(text="one renews", handle="one", project="prj_b"),
            event(text="never shown", handle="two", facts=IN_USE),
            event(text="never shown", handle="three", facts=IN_USE, cents=7_500),
            event(EventKind.RELEASE_ANNOUNCED, text="four will go", handle="four", project="prj_b"),
            event(EventKind.RELEASE_ANNOUNCED, text="five will go", handle="five", project="prj_a"),
            event(EventKind.RELEASE_ANNOUNCED, text="six will go", handle="six", project="prj_b"),
            event(EventKind.BRAKE_HALTED, text="halted", project=None),
        )
    )
    assert text == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC: halted; 3 releases announced, $450.00\n"
        "\n"
        "CRITICAL\n"
        "- halted\n"
        "\n"
        "WARNING\n"
        "prj_a:\n"
        "- five will go\n"
        "prj_b:\n"
        "- four will go\n"
        "- six will go\n"
        "\n"
        "INFO\n"
        "prj_b:\n"
        "- one renews\n"
        "2 accounts in use will renew, $225.00\n"
    )


def test_two_rungs_of_one_renewal_are_one_account_in_use():
    first = event(facts=IN_USE)
    text = digest_text(digest(first, replace(first, key="another rung")))
    assert text.endswith("INFO\n1 account in use will renew, $150.00\n")


def test_what_is_not_live_is_said_to_be_what_would_happen():
    text = digest_text(digest(event(EventKind.RELEASE_ANNOUNCED, text="it would go"), live=False))
    assert text.splitlines()[1] == "Observe mode: nothing is released, this is what would be."


def test_an_empty_digest_has_nothing_to_tell():
    assert digest_text(digest()) == "Lease watcher, Mon 18 May 2026 12:00 UTC: nothing to tell\n"


def test_text_of_others_stays_on_its_line():
    text = digest_text(digest(event(text="a\r\n- b\x1b[2J\u202e\u2028c", project="p\nq")))
    assert text.splitlines()[3:] == ["p�q:", "- a��- b�[2J��c"]
