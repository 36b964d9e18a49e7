"""What is of many is one table a project, in order of date, with each command once."""

from dataclasses import replace
from datetime import timedelta

from tests.adapters.channels.stage import RENEWS, digest, event
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import message
from watcher.adapters.channels.text import digest_text
from watcher.messages.clauses import to_do, to_keep, why
from watcher.messages.events import AnnouncementFacts, Event, EventKind
from watcher.record.reasons import Reason

APPROVE = "`lease-watcher approve 7f3a --reason WHY` allows exactly these"


def announced(number: int, *, project: str = "prj_a", halted: bool = False) -> Event:
    """The later its number, the earlier its release."""
    opens = RENEWS - timedelta(hours=6 + number)
    told = event(
        EventKind.RELEASE_ANNOUNCED,
        handle=f"nr{number}",
        project=project,
        text=f"nr {number} will go",
        facts=AnnouncementFacts(
            not_before=opens,
            reason=Reason.UNUSED,
            policy="standard",
            docket="7f3a" if halted else None,
            by=RENEWS - timedelta(minutes=25) if halted else None,
            coming_halt="$600.00 will not be saved unless 4 releases are approved" if halted else None,
        ),
    )
    ways = (to_do(APPROVE),) if halted else ()
    return replace(
        told,
        platform="tiktok",
        clauses=(why("unused for 34 d"), to_keep(f"lease-watcher hold sa_nr{number}"), *ways),
    )


def test_many_announcements_are_a_table_in_order_of_date_with_the_command_once():
    text = digest_text(digest(*(announced(number, halted=True) for number in range(4))))
    assert text == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC: "
        "$600.00 will not be saved unless 4 releases are approved\n"
        "\n"
        "WARNING\n"
        "prj_a:\n"
        "- 4 releases announced, $600.00\n"
        + "".join(
            f"  from Tue 19 May {13 - number:02}:00 UTC  @nr{number} on tiktok  $150.00  unused for 34 d; "
            "renews Tue 19 May 19:00 UTC; halted unless that ends by Tue 19 May 18:35 UTC\n"
            for number in (3, 2, 1, 0)
        )
        + f"→ {APPROVE}\n"
        "→ to keep one: `lease-watcher hold ACCOUNT`\n"
    )


def test_a_few_are_sentences():
    text = digest_text(digest(*map(announced, range(2))))
    assert [f"- nr {number} will go; " in text for number in range(2)] == [True] * 2


def test_every_channel_names_each_of_many_and_says_what_is_to_be_done_once():
    told = digest(*(announced(number, project=f"prj_{number % 2}", halted=True) for number in range(40)))
    page, blocks = digest_html(told), str(message(told)["blocks"])
    for shown in (page, blocks):
        assert [number for number in range(40) if f"@nr{number}" not in shown] == []
        assert shown.count("lease-watcher approve 7f3a") == 1
        assert shown.count("lease-watcher hold ACCOUNT") <= 2


def test_who_is_told_of_a_release_is_not_warned_of_it_beside():
    """Minutes after the announcement of an account the same people were warned of its renewal."""
    warned = event(handle="nr0", text="it renews")
    assert "it renews" not in digest_text(digest(warned, announced(0)))
    assert "it renews" in digest_text(digest(warned))
