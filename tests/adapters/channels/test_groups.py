"""What is of many is one table a project, in order of date, with each command once."""

import json
from dataclasses import replace
from datetime import timedelta

from tests import every_kind
from tests.adapters.channels.stage import RENEWS, digest, event
from tests.builders import NOW, account, decision
from tests.every_kind import told
from watcher.adapters.channels.digest_json import digest_json
from watcher.adapters.channels.mail.html import digest_html
from watcher.adapters.channels.slack_message import message
from watcher.adapters.channels.text import digest_text
from watcher.adapters.channels.view import view_of
from watcher.messages.clauses import follows, to_keep, to_type, why
from watcher.messages.events import AnnouncementFacts, Event, EventKind, RenewalFacts
from watcher.messages.late_messages import missed_event, too_late_event
from watcher.messages.release_messages import attempt_events
from watcher.record.attempts import Attempt
from watcher.record.intents import Ending
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.outcomes import Cause, Explanation
from watcher.record.reasons import Reason

COMMAND = "lease-watcher approve 7f3a --reason WHY"
APPROVE = f"`{COMMAND}` allows exactly these"


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
    halt = follows("will be halted: too many releases (24 releases, limit 20)")
    ways = (halt, to_type(COMMAND, after=" allows exactly these")) if halted else ()
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
        f"→ {APPROVE}\n"
        "→ to keep one: `lease-watcher hold ACCOUNT`\n"
        "prj_a:\n"
        "- 4 releases announced, $600.00; will be halted: too many releases (24 releases, limit 20)\n"
        + "".join(
            f"  from Tue 19 May {13 - number:02}:00 UTC  @nr{number} on tiktok  $150.00  unused for 34 d; "
            "renews Tue 19 May 19:00 UTC; halted unless what halts it ends by Tue 19 May 18:35 UTC\n"
            for number in (3, 2, 1, 0)
        )
    )


def test_of_a_table_that_is_halted_in_part_each_row_says_what_becomes_of_it():
    """One of four went on by itself: its row said nothing, and no row which brake stops the others."""
    later = replace(
        announced(3),
        clauses=(why("unused for 34 d"), follows("will be halted and goes on: too many")),
    )
    text = digest_text(digest(*(announced(number, halted=True) for number in range(2)), later))
    assert "- 3 releases announced, $450.00; 2 of them will be halted: too many releases (24 " in text
    rows = [line for line in text.splitlines() if line.startswith("  from")]
    assert rows[0].endswith("UTC; will be halted and goes on: too many")
    assert [row.endswith("halted unless what halts it ends by Tue 19 May 18:35 UTC") for row in rows[1:]] == [
        True
    ] * 2


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


def late(number: int) -> Event:
    """On the first day, four hours after each other."""
    one = account(f"due{number}", renews_in=timedelta(hours=8 + 4 * number))
    since = Since.exactly(Change.WATCHED, NOW)
    due = NOW - timedelta(hours=46 - 4 * number)
    told = too_late_event(decision(one), Lateness(due=due, late=(since,)), NOW)
    assert told is not None
    return told


def missed(number: int, *, ago: timedelta = timedelta()) -> Event:
    one = account(f"due{number}", renews_in=timedelta(hours=1 + number) - ago)
    closes = one.renews_at - timedelta(minutes=10)
    return missed_event(
        one,
        reason=Reason.TOO_LATE,
        why=Explanation(cause=Cause.BRAKED),
        policy="standard",
        closes=closes,
        now=NOW,
    )


def test_the_first_day_of_enforce_is_one_table_that_blames_nobody():
    assert digest_text(digest(*map(late, range(4)))) == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC: 4 releases too late for this renewal, $600.00\n"
        "\n"
        "INFO\n"
        "→ to give one back all the same, before its window closes: "
        "`lease-watcher release ACCOUNT --reason WHY`\n"
        "prj_acme:\n"
        "- 4 releases too late for this renewal, $600.00\n"
        + "".join(
            f"  renewal {renewal} UTC  @due{number} on tiktok  $150.00  "
            f"watched only since Mon 18 May 12:00 UTC (now), and its announcement was due {due} UTC; "
            f"its window closes {closes} UTC\n"
            for number, (renewal, due, closes) in enumerate(
                [
                    ("Mon 18 May 20:00", "Sat 16 May 14:00", "Mon 18 May 19:50"),
                    ("Tue 19 May 00:00", "Sat 16 May 18:00", "Mon 18 May 23:50"),
                    ("Tue 19 May 04:00", "Sat 16 May 22:00", "Tue 19 May 03:50"),
                    ("Tue 19 May 08:00", "Sun 17 May 02:00", "Tue 19 May 07:50"),
                ]
            )
        )
    )


def test_missed_releases_are_told_with_what_is_paid_and_what_will_be():
    """Found a day later, "$300.00 will be paid" was told of renewals that were paid already."""
    both = digest(*(missed(number, ago=timedelta(hours=2)) for number in range(4)))
    assert digest_text(both) == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC: "
        "4 planned releases missed, $300.00 paid, $300.00 will be paid\n"
        "\n"
        "CRITICAL\n"
        "→ to give one back all the same, before its window closes: "
        "`lease-watcher release ACCOUNT --reason WHY`\n"
        "prj_acme:\n"
        "- 4 planned releases missed, $300.00 paid, $300.00 will be paid\n"
        "  renewal Mon 18 May 11:00 UTC  @due0 on tiktok  $150.00  stopped by a brake\n"
        "  renewal Mon 18 May 12:00 UTC  @due1 on tiktok  $150.00  stopped by a brake\n"
        "  renewal Mon 18 May 13:00 UTC  @due2 on tiktok  $150.00  stopped by a brake; its window closes "
        "Mon 18 May 12:50 UTC\n"
        "  renewal Mon 18 May 14:00 UTC  @due3 on tiktok  $150.00  stopped by a brake; its window closes "
        "Mon 18 May 13:50 UTC\n"
    )


def test_whose_a_project_is_stands_beside_it_in_every_digest():
    told = digest(*(replace(announced(number), project_name="acme", owner="Ann") for number in range(3)))
    assert "\nacme (Ann):\n" in digest_text(told)
    assert "acme (Ann)" in digest_html(told)
    assert "acme (Ann), renewals of" in json.dumps(message(told))
    (first, *_) = json.loads(digest_json(told))["events"]
    assert (first["project_name"], first["owner"]) == ("acme", "Ann")
    assert view_of(told).values()["events"][0]["owner"] == "Ann"


def test_what_each_of_many_saves_is_summed_up_and_not_said_of_all():
    """Under "2 accounts released, $300.00 a month saved" stood "$150.00 a month saved"."""
    done = [
        Attempt.on(account(f"nr{number}"), Ending.RELEASED, at=NOW, policy="standard") for number in range(3)
    ]
    text = digest_text(digest(*(event for one in done for event in attempt_events(one))))
    assert "\n- 3 accounts released, $450.00 a month saved\n  renewal" in text


def test_prices_renewals_and_leases_that_changed_are_tables_too():
    """One mail had a card for each of 100 accounts whose price had changed."""
    prices = digest_text(digest(*told(EventKind.PRICE_CHANGED, 5)))
    assert ": 5 prices changed, now $849.00 a month\n" in prices
    assert (
        "\n  renewal Tue 19 May 19:00 UTC  @latte.art.lab on tiktok      $170.00  it was $150.00\n" in prices
    )
    moved = digest_text(digest(*told(EventKind.RENEWAL_MOVED, 5)))
    assert "\n- 2 renewals moved, $299.00; earlier warnings and notices no longer count\n" in moved
    assert "$150.00  it was Tue 19 May 19:00 UTC\n" in moved
    for kind in (EventKind.LEASE_NEW, EventKind.ACCOUNT_GONE):
        assert "\n  renewal Tue 19 May 19:00 UTC  @latte.art.lab on tiktok      $150.00\n" in digest_text(
            digest(*told(kind, 5))
        )


def test_withdrawn_failed_and_unknown_releases_are_tables_too():
    """120 announcements withdrawn by one edited policy were 120 sentences, and each refusal four."""
    withdrawn = digest_text(digest(*told(EventKind.RELEASE_WITHDRAWN, 5)))
    assert "\n- 2 announcements withdrawn, $299.00\n" in withdrawn
    assert "$149.00  too long without a full turn, or in another mode; it will be announced anew"
    failed = digest_text(digest(*told(EventKind.RELEASE_FAILED, 5)))
    assert "\n→ `lease-watcher resolve ACCOUNT --as not-released --reason WHY` tries it once more\n" in failed
    assert (
        "$150.00  not released, as the API refused; 409 NOT_LEASED; "
        "paid unless given back by Mon 18 May 16:35 UTC\n"
    ) in failed
    unknown = digest_text(digest(*told(EventKind.RELEASE_UNKNOWN, 5)))
    assert "\n  renewal Mon 18 May 17:00 UTC  @latte.art.lab on tiktok      $150.00  no answer\n" in unknown
    for kind in (EventKind.RELEASE_FAILED, EventKind.RELEASE_UNKNOWN):
        assert digest_text(digest(*told(kind, 120))).count("`lease-watcher resolve ACCOUNT --as ") == 1


def test_what_is_left_alone_and_what_did_not_last_are_tables_too():
    """120 accounts with a status that is not known were as many times four sentences."""
    alone = digest_text(digest(*told(EventKind.ACCOUNT_QUARANTINED, 5)))
    assert alone == (
        "Lease watcher, Mon 18 May 2026 12:00 UTC: 5 accounts not understood\n"
        "\n"
        "WARNING\n"
        "→ ask the provider; an account that is not understood is never released\n"
        "→ ask the provider which of them leases it, or take one out of the configuration\n"
        "acme:\n"
        "- 2 accounts not understood; meanwhile each renewal is paid\n"
        "  @latte.art.lab (sa_01HX9Y7K8M2P4RSTUV56780000)      its status is not one we know (status)\n"
        "  @retro.synth.daily (sa_01HX9Y7K8M2P4RSTUV56780003)  its status is not one we know (status)\n"
        "globex:\n"
        "- 2 accounts not understood; meanwhile each renewal is paid\n"
        "  @dawn_patrol_surf_reports_24 (sa_01HX9Y7K8M2P4RSTUV56780004)  a field is missing (nextRenewalAt)\n"
        "  @kai (sa_01HX9Y7K8M2P4RSTUV56780001)                          a field is missing (nextRenewalAt)\n"
        "initech:\n"
        "- 1 account not understood; meanwhile each renewal is paid\n"
        "  @tiny.desk.plants (sa_01HX9Y7K8M2P4RSTUV56780002)  acme lists it too\n"
    )
    undone = digest_text(digest(*told(EventKind.RELEASE_UNDONE, 3)))
    assert undone.count("lease-watcher resolve ACCOUNT --as not-released --reason WHY") == 1
    assert (
        "acme:\n"
        "- 1 release that did not last, $150.00; not released again without a person\n"
        "  renewal Tue 19 May 19:00 UTC  @latte.art.lab on tiktok  $150.00  the API had confirmed its "
        "release 2 h ago, Mon 18 May 10:00 UTC: nothing was saved\n"
    ) in undone
    (shown,) = [
        part["elements"]
        for block in message(digest(*told(EventKind.ACCOUNT_QUARANTINED, 3)))["blocks"]
        for part in block.get("elements", ())
        if part["type"] == "rich_text_list" and "nextRenewalAt" in str(part)
    ]
    assert [one["elements"][-1]["text"] for one in shown] == [
        ": 1 account not understood; meanwhile each renewal is paid",
        "@kai (sa_01HX9Y7K8M2P4RSTUV56780001); a field is missing (nextRenewalAt)",
    ]


def test_one_account_of_many_is_a_row_in_its_project_as_the_others_are():
    """Of five releases the one of a third project was five lines of sentence below two tables."""
    text = digest_text(digest(*told(EventKind.RELEASE_ANNOUNCED, 5)))
    assert text.endswith(
        "initech:\n"
        "- 1 release announced, $150.00\n"
        "  from Tue 19 May 13:20 UTC  @tiny.desk.plants on youtube  $150.00  no post published through "
        "Layers for 40 d; renews Tue 19 May 19:20 UTC\n"
    )


def test_of_one_new_lease_among_many_its_renewal_is_said_once():
    text = digest_text(digest(*told(EventKind.LEASE_NEW, 3)))
    assert text.endswith(
        "initech:\n"
        "- 1 new lease, $150.00 a month\n"
        "  renewal Tue 19 May 19:20 UTC  @tiny.desk.plants on youtube  $150.00\n"
    )


def test_of_a_warning_of_what_will_be_halted_the_row_says_by_when_in_few_words():
    text = digest_text(digest(*every_kind.warned_of_a_halt(3)))
    assert (
        "- 1 renewal to come, $150.00; paused by the configuration: holidays\n"
        "  renewal Thu 21 May 10:00 UTC  @latte.art.lab on tiktok  $150.00  no post published through "
        "Layers for 40 d; will renew unless what halts its release ends by Thu 21 May 09:35 UTC\n"
    ) in text


def test_what_a_row_could_not_say_stays_a_sentence():
    """An account that was gone as it was to be released; a price that an older version told of."""
    gone = [Attempt.on(account(f"nr{number}"), Ending.GONE_NOT_BY_US, at=NOW) for number in range(3)]
    text = digest_text(digest(*(event for one in gone for event in attempt_events(one))))
    assert text.count("seconds before our DELETE") == 3
    old = [replace(event, clauses=()) for event in told(EventKind.PRICE_CHANGED, 5)]
    assert digest_text(digest(*old)).count("- price of @") == 5


def test_of_a_table_of_which_one_release_will_be_halted_only_the_brake_is_said_above_it():
    """Above it stood "1 of them @latte.art.lab on tiktok is announced for in 1 d 1 h, …"."""
    events = [next(every_kind.announced(5, halt=True)), *list(every_kind.announced(5))[1:]]
    text = digest_text(digest(*events))
    assert (
        "\n- 2 releases announced, $299.00; "
        "1 of them will be halted: too many releases (5 releases, limit 0)\n" in text
    )


def test_of_a_table_of_warnings_a_brake_is_said_once():
    """One release was halted and another one will be: each brake was said of both, and again of one."""
    brake = why("too many releases (3 releases, limit 1)")
    halted, coming, free = (
        replace(one, clauses=(why("no post for 40 d"), *([brake] if number < 2 else [])))
        for number, one in enumerate(every_kind.told(EventKind.RENEWAL_WARNING, 8)[0:7:3])
    )
    assert isinstance(coming.facts, RenewalFacts)
    coming = replace(coming, facts=replace(coming.facts, coming_halt="$300.00 will not be saved"))
    both = digest_text(digest(halted, coming, event(handle="another", project="prj_b")))
    assert both.count("too many releases") == 1
    one = digest_text(digest(coming, free, event(handle="another", project="prj_b")))
    assert "; 1 of them: too many releases (3 releases, limit 1)\n" in one
