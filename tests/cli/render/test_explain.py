"""A decision in sentences."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, D, H, account, decision, hold, matter, policy, published, report
from watcher.brakes import Halt, Halts, kinds
from watcher.cli.render.changes import changes
from watcher.cli.render.evidence_told import AccountMemory
from watcher.cli.render.explain import explain_json, render_explain
from watcher.decide.report import Report
from watcher.facts.activity import NOT_ASKED, Seen, Unknown, Use, WhyUnknown
from watcher.facts.health import HEALTH_NOT_ASKED, Health, HealthTier, HealthUnknown, WhyHealthUnknown
from watcher.memory.remembered import Known
from watcher.ports.ledger import HistoryLine
from watcher.record.lateness import Change, Lateness, Since
from watcher.record.notices import NotAccepted, NotAnnounced, Received, Void
from watcher.record.outcomes import Cause, Explanation, Outcome, OutcomeKind
from watcher.record.overrides import Override, OverrideKind
from watcher.record.planned_pauses import PauseInForce
from watcher.record.reasons import Reason
from watcher.rules.asked_release import decide_asked
from watcher.rules.plan import Decision, Leave, Mode, PeriodState, Terms, with_lateness
from watcher.rules.policy import Match, Policy, Protect, ReleaseRule, ReleaseWhen
from watcher.texts.times import zone

UTC = zone("UTC")


def explained(one: Decision, of: Report | None = None) -> str:
    return render_explain(one, report=of or report(one), now=NOW, timezone=UTC, width=100)


def healthy(health: Health = HEALTH_NOT_ASKED, **facts: Any) -> Decision:
    """Of an account whose policy wants to know how healthy it is."""
    return decision(policies=(policy(evidence=("posts", "health")),), health=health, **facts)


def what_would_change(one: Decision, *, braked: bool = False) -> str:
    return "\n".join(changes(one, project="acme", docket="7f3a", braked=braked, now=NOW, timezone=UTC))


def test_an_account_in_use_says_until_when_it_would_have_to_be_idle() -> None:
    used = decision(activity=Seen(at=NOW - D, what=Use.PUBLISHED_POST))

    assert (
        explained(used)
        == """\
@latte.art.lab on tiktok, project acme (sa_latte.art.lab)
It costs $150.00 a month; the next debit is in 1 d 7 h, Tue 19 May 19:00 UTC.
Leased since Wed 19 Nov 2025 12:00 UTC; followers: 1,200.

Why
  ✓ Its renewal is still ahead.
  ✓ The policy standard governs it.
  ✓ That policy releases accounts that were not used for 21 d.
  ✓ The project acme is enrolled for releases.
  ✓ Nobody holds it.
  ✓ Nothing protects it.
  ✗ It is in use: a post was published 1 d ago.

Evidence
  posts: a post was published Sun 17 May 12:00 UTC (1 d ago).
  Nothing unfinished was found: no post that waits, goes out now, or is a draft.
  The ledger does not know it yet.

Decision
  It is kept: in use. It will renew for $150.00.

A release also needs
  ✓ The mode is enforce.
  ✗ Its window: it opens in 1 d 1 h, Tue 19 May 13:00 UTC, and closes Tue 19 May 18:50 UTC.
  ✗ An announcement that every counting channel accepts 1 d before: due as soon as all of the above
    is so.
  ✓ No brake is on for it.

Last renewal
  Not known: the ledger does not know the account yet.

Next
  Nothing before the renewal, in 1 d 7 h, Tue 19 May 19:00 UTC.

What would change this
  If no post goes out until Sun 7 Jun 12:00 UTC, it counts as unused from then on; this renewal
    comes too early for that.
"""
    )


def test_a_due_release_under_a_brake_names_notice_brake_and_the_ways_out() -> None:
    due = decision(
        account(renews_in=3 * H),
        standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H)),
    )
    halted = report(due, halts=Halts(halts=(Halt(brake=kinds.TOO_MANY, measured="24 releases", limit="20"),)))

    assert (
        explained(due, halted)
        == f"""\
@latte.art.lab on tiktok, project acme (sa_latte.art.lab)
It costs $150.00 a month; the next debit is in 3 h, Mon 18 May 15:00 UTC.
Leased since Wed 19 Nov 2025 12:00 UTC; followers: 1,200.

Why
  ✓ Its renewal is still ahead.
  ✓ The policy standard governs it.
  ✓ That policy releases accounts that were not used for 21 d.
  ✓ The project acme is enrolled for releases.
  ✓ Nobody holds it.
  ✓ Nothing protects it.
  ✓ It is unused: no post published through Layers for 40 d; the 21 d needed have passed.

Evidence
  posts: a post was published Wed 8 Apr 12:00 UTC (40 d ago).
  Nothing unfinished was found: no post that waits, goes out now, or is a draft.
  The ledger does not know it yet.

Decision
  Its release is due now and would save $150.00, but a brake stops it.

A release also needs
  ✓ The mode is enforce.
  ✓ Its window is open until Mon 18 May 14:50 UTC, in 2 h 50 min.
  ✓ It is announced, for Mon 18 May 09:00 UTC (3 h ago) at the earliest; every channel accepted that
    Sat 16 May 12:00 UTC (2 d ago); it must be 1 d old.
  ✗ A brake is on: too many releases (24 releases, limit 20).

To decide
  $150.00 will not be saved unless the release of @latte.art.lab is approved by Mon 18 May 14:35 UTC
      (in 2 h 35 min)
    the release of @latte.art.lab is halted: too many releases (24 releases, limit 20)
    `lease-watcher approve {halted.docket.id} --reason WHY` allows exactly these

Last renewal
  Not known: the ledger does not know the account yet.

Next
  Once the brakes on it are off, a turn releases it, until Mon 18 May 14:50 UTC (in 2 h 50 min);
    from then on it is too late for this renewal.

What would change this
  `lease-watcher approve {halted.docket.id} --reason WHY` where the brake allows it; otherwise what the brake
    is about must be put right.
  A post scheduled or published through Layers counts as use.
  `lease-watcher hold sa_latte.art.lab` keeps it until the end of this lease period.
  [policies.standard.protect] can protect it for good.
"""
    )


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_would_change_it(reason: Reason) -> None:
    told = what_would_change(replace(decision(), step=Leave(why=reason)))

    assert told
    assert all(sentence[-1] in ".`" for sentence in told.split("\n"))


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            decision(held=hold(until=NOW + D)),
            "`lease-watcher unhold sa_latte.art.lab --reason WHY` ends the hold.",
        ),
        (
            decision(held=hold(by="configuration")),
            "The hold stands in the configuration, under [[holds]], and is ended there.",
        ),
        (decision(held=hold(until=NOW + D)), "ends by itself Tue 19 May 12:00 UTC"),
        (decision(enrolled=False), "`enrolled = true` in [projects.acme]"),
        (decision(activity=Unknown(why=WhyUnknown.MISSING_SCOPE)), "publish:read"),
        (
            healthy(HealthTier.HOT),
            "must no longer call it hot, or [policies.standard] must not name `health` as `evidence`.",
        ),
        (
            healthy(HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE)),
            "The key must have the scope social:read, or [policies.standard] must not name `health`",
        ),
        (healthy(HealthUnknown(why=WhyHealthUnknown.TOO_OLD)), "until its health is known"),
        (decision(activity=Unknown(why=WhyUnknown.NO_POST_EVER_SHOWN)), "`evidence_complete = true`"),
        (decision(activity=Unknown(why=WhyUnknown.UNREADABLE)), "next turn asks again"),
        (decision(activity=Seen(at=NOW, what=Use.DRAFT_POST)), "unfinished posts"),
        (decision(), "`lease-watcher hold sa_latte.art.lab` keeps it"),
        (
            decision(account("brand.x"), policies=(policy(protect=Protect(handles=("brand.*",))),)),
            "[policies.standard.protect] lists brand.* under `handles`",
        ),
        (
            decision(account(followers=None), policies=(policy(match=Match(min_followers=1)),)),
            "[policies.standard.match] must not ask for them",
        ),
        (
            decision(account(followers=None), policies=(policy(protect=Protect(min_followers=1)),)),
            "[policies.standard.protect] must not ask for them",
        ),
    ],
)
def test_what_would_change_it_names_the_command_the_key_or_the_date(one: Decision, words: str) -> None:
    assert words in what_would_change(one)


def test_a_brake_comes_first_among_what_would_change() -> None:
    assert what_would_change(decision(), braked=True).startswith("`lease-watcher approve 7f3a --reason WHY`")


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (PeriodState(), "✗ An announcement that every counting channel accepts 1 d before: due now."),
        (PeriodState(notice=NotAnnounced(void=Void.USED)), "no longer counts: it was used."),
        (
            PeriodState(notice=NotAccepted(missing=("ops", "mail"))),
            "✗ It is announced, but not yet accepted by ops, mail; it must be 1 d old.",
        ),
        (
            PeriodState(notice=NotAccepted(missing=())),
            "✗ A channel whose acceptance counts: it is announced, but none is configured.",
        ),
        (
            PeriodState(notice=Received(at=NOW - H, not_before=NOW)),
            "✗ It is announced, for Mon 18 May 12:00 UTC (now) at the earliest; every channel accepted that",
        ),
    ],
)
def test_the_state_of_the_announcement_is_told(standing: PeriodState, words: str) -> None:
    assert words in " ".join(explained(decision(standing=standing)).split())


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (decision(account(renews_in=timedelta())), "✗ Its renewal is past"),
        (decision(policies=()), "✗ None of the policies of project acme matches it."),
        (decision(policies=(policy(release=ReleaseRule()),)), "✗ The policy standard releases nothing"),
        (
            decision(policies=(policy(release=ReleaseRule(when=ReleaseWhen.ALWAYS)),)),
            "✓ A release cancels no post that is wanted",
        ),
        (decision(held=hold("tour")), "✗ maria holds it for ever: tour"),
        (decision(activity=NOT_ASKED), "✗ Its use was not asked for"),
        (
            decision(account(followers=9), policies=(policy(protect=Protect(min_followers=5)),)),
            "✗ The policy standard protects accounts with 5 followers or more; it has 9.",
        ),
    ],
)
def test_each_ruling_is_a_sentence_with_its_values(one: Decision, words: str) -> None:
    assert words in explained(one)


def test_it_does_not_stop_at_the_first_obstacle() -> None:
    """A person lifted the hold, and learned only then that the project is not enrolled, and so on."""
    kept = decision(
        enrolled=False,
        held=hold("tour"),
        policies=(policy(protect=Protect(handles=("latte.*",))),),
        activity=Seen(at=NOW - D, what=Use.PUBLISHED_POST),
    )
    observed = report(kept, mode=Mode.OBSERVE)
    told = explained(kept, observed)

    assert [line[2:] for line in told.splitlines() if line.startswith("  ✗")] == [
        "✗ The project acme is not enrolled for releases.",
        "✗ maria holds it for ever: tour",
        "✗ The policy standard protects handles like latte.*.",
        "✗ It is in use: a post was published 1 d ago.",
        "✗ The mode is observe, in which nothing is released.",
        "✗ Its window: it opens in 1 d 1 h, Tue 19 May 13:00 UTC, and closes Tue 19 May 18:50 UTC.",
        "✗ An announcement that every counting channel accepts 1 d before: due as soon as all of the above",
    ]
    for way in (
        "`mode = 'enforce'`",
        "`enrolled = true`",
        "lease-watcher unhold",
        "[policies.standard.protect]",
        "counts as unused",
    ):
        assert way in told
    document = json.loads(explain_json(kept, report=report(kept), now=NOW, timezone=UTC))
    assert [one["check"] for one in document["rulings"] if not one["passed"]] == [
        "enrolled",
        "not_held",
        "not_protected",
        "unused",
    ]


def test_in_observe_mode_nothing_is_said_to_be_to_be_released() -> None:
    unannounced = policy(release=ReleaseRule(when=ReleaseWhen.IDLE, notice=timedelta()))
    waits = decision(policies=(unannounced,))

    told = explained(waits, report(waits, mode=Mode.OBSERVE))

    assert "Observe mode releases nothing; else that would wait until Tue 19 May 13:00 UTC" in told
    assert "It is to be released" not in told
    assert "✓ No announcement beforehand: the policy asks for none." in told


def test_in_observe_mode_time_releases_nothing_and_what_was_told_is_no_receipt() -> None:
    """Of one that would be released it said "the release comes when its window opens", and that every channel
    had accepted the announcement, 1 d 12 h ago, where 1 d is needed: with a cross, and without why.
    """
    notice = Received(at=NOW - 1.5 * D, not_before=NOW + D)
    waits = decision(standing=PeriodState(notice=notice), mode=Mode.OBSERVE)

    told = explained(waits, report(waits, mode=Mode.OBSERVE))

    assert "Time: the release comes" not in told
    assert "`mode = 'enforce'` lets the watcher release" in told
    assert "every channel accepted that" not in told
    assert "✗ An announcement with force: in observe mode it was told what would be released." in told


def test_an_earlier_attempt_is_named_among_what_stands_in_the_way() -> None:
    refused = decision(DUE, standing=PeriodState(notice=TOLD.notice, refused=True))

    assert "✗ No earlier attempt in its way: the API refused the release." in explained(refused)


DUE = account(renews_in=3 * H)
TOLD = PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H))
SOON = Halt(brake=kinds.PAUSED, measured="paused by maria", limit="", lifts_at=NOW + H)


@pytest.mark.parametrize(
    ("one", "halts", "told"),
    [
        (
            decision(DUE, standing=TOLD),
            (),
            "Now: the next turn releases it, if that is before Mon 18 May 14:50",
        ),
        (
            decision(DUE, standing=TOLD),
            (SOON,),
            "end by themselves in 1 h, Mon 18 May 13:00 UTC: then a turn",
        ),
        (decision(DUE), (), "It is too late for this renewal, in 3 h, Mon 18 May 15:00 UTC"),
        (decision(account(renews_in=timedelta())), (), "judged anew once the API shows its next renewal"),
        (decision(DUE, held=hold(until=NOW + H)), (), "The hold ends in 1 h, Mon 18 May 13:00 UTC."),
        (decision(account(renews_in=90 * H)), (), "Its release is announced in 1 d 12 h"),
        (decision(), (), "Now: the next turn announces its release."),
    ],
)
def test_the_next_moment_is_true_also_where_something_is_due_late_or_halted(
    one: Decision, halts: tuple[Halt, ...], told: str
) -> None:
    """What was due now, or can be no more, read "Nothing before the renewal", or named an opening in vain."""
    text = explained(one, report(one, halts=Halts(halts=halts)))

    assert told in " ".join(text.partition("\nNext\n")[2].split())


def test_every_source_and_what_is_remembered_is_told() -> None:
    plans = Seen(at=NOW, what=Use.ONGOING, words="has plans", planned=NOW + D)
    asked = decision(policies=(policy(evidence=("posts", "plans")),), activity=plans)
    subject = replace(
        asked.judgement.subject,
        by_source={"posts": Unknown(why=WhyUnknown.UNREADABLE), "plans": plans},
    )
    asked = replace(asked, judgement=replace(asked.judgement, subject=subject))
    known = Known(
        account=asked.account,
        first_seen_at=NOW - 30 * D,
        used=Seen(at=NOW - 9 * D, what=Use.PUBLISHED_POST),
        unshown_since=NOW - D,
    )
    paid = HistoryLine(at=NOW - 29 * D, what="renewal.paid", text="Paid without evidence of use: $150.00.")

    told = render_explain(
        asked,
        report=report(asked),
        now=NOW,
        timezone=UTC,
        remembered=AccountMemory(known=(known,), history=(paid,)),
    )

    for sentence in (
        "  posts: not known (posts could not be read).",
        "  plans: has plans, to go out in 1 d, Tue 19 May 12:00 UTC.",
        "  Remembered: a post was published Sat 9 May 12:00 UTC (9 d ago); the ledger knows it since "
        "Sat 18 Apr 12:00 UTC (30 d ago).",
        "  That use is no longer shown since Sun 17 May 12:00 UTC (1 d ago), and counts all the same: "
        "evidence never goes backwards.",
        "Last renewal\n  Sun 19 Apr 12:00 UTC (29 d ago): Paid without evidence of use: $150.00.",
    ):
        assert sentence in told


def test_a_hostile_handle_stays_on_its_line() -> None:
    harmless = explained(decision(account("x", id="sa_1")))
    hostile = explained(decision(account("a\n\x1b[2J[red]\u202e", id="sa_1")))

    assert len(hostile.splitlines()) == len(harmless.splitlines())
    assert not {"\x1b", "\u202e"} & set(hostile)


def test_machines_get_the_same_with_the_trace() -> None:
    used = decision(enrolled=False)
    document = json.loads(explain_json(used, report=report(used), now=NOW, timezone=UTC))

    assert document["schema"] == "explain/1"
    assert document["account"]["trace"][-1] == {
        "check": "enrolled",
        "passed": False,
        "because": "not_enrolled",
        "detail": None,
    }
    assert document["changes"] == ["`enrolled = true` in [projects.acme] allows releases from this project."]


def test_a_release_that_rests_on_the_opening_says_that_it_is_in_use_today() -> None:
    """An account that had posted 12 hours ago was explained as "unused", with its renewal 29 days off."""
    text = " ".join(explained(decision(account(renews_in=29 * D), activity=published(12 * H))).split())

    assert (
        "✓ It is in use today: a post was published 12 h ago. Unless it is used, it will have been unused "
        "for 29 d 6 h when its window opens (Tue 16 Jun 06:00 UTC); 21 d are needed."
    ) in text


def test_what_became_unused_after_its_window_opened_is_not_called_in_use() -> None:
    text = explained(decision(account(renews_in=2 * H), activity=published(21 * D + H)))
    text = " ".join(text.split())

    assert "✗ It is unused today: no post published through Layers for 21 d 1 h. But when its release" in text
    assert "It is kept: was in use when its window opened." in text
    assert "It counts as unused since Mon 18 May 11:00 UTC: too late for the window of this renewal." in text


def test_what_made_a_release_late_is_told_and_not_that_it_is_kept() -> None:
    """An account on the first day of `enforce` was "kept: announcement too late", as one that was missed."""
    changed = (Since.exactly(Change.WATCHED, NOW - 3 * D), Since.exactly(Change.ENROLLED, NOW - H))
    lateness = Lateness(due=NOW - 2 * D, in_time=changed[:1], late=changed[1:])
    one = with_lateness(decision(DUE), lateness, changed=True)
    text = explained(one)

    assert "  It is too late for this renewal, and will renew for $150.00.\n" in text
    assert (
        """
Why it is too late
  Its announcement was due Sat 16 May 12:00 UTC (2 d ago).
  ✗ Enrolled only since Mon 18 May 11:00 UTC (1 h ago).
"""
        in text
    )
    assert "For this renewal only `lease-watcher release sa_latte.art.lab --reason WHY` helps." in text
    assert "nothing came of it before" not in text
    told = json.loads(explain_json(one, report=report(one), now=NOW, timezone=UTC))["account"]
    assert told["reason"] == "changed_too_late"
    assert (told["lateness"]["missed"], told["lateness"]["due"]) == (False, "2026-05-16T12:00:00Z")
    assert [(each["change"], each["in_time"]) for each in told["lateness"]["changes"]] == [
        ("enrolled", False),
        ("watched", True),
    ]


def test_what_was_missed_says_that_nothing_else_was_late() -> None:
    one = with_lateness(decision(DUE), Lateness(due=NOW - 2 * D), changed=False)
    text = explained(one)

    assert "It was to be released, and that is missed: announcement too late. It will renew for" in text
    assert "  ✗ Nothing else came later: the watcher, the API, a channel or a brake was late.\n" in text


def test_what_was_told_of_a_missed_release_is_told_again() -> None:
    """Between its window and its renewal `explain` said "a channel or a brake was late", and not which."""
    one = with_lateness(decision(DUE), Lateness(due=NOW - 2 * D), changed=False)
    why = Explanation(
        cause=Cause.BRAKED, title="halted: too many releases", details=("26 releases, limit 20",)
    )
    known = Known(account=DUE, first_seen_at=NOW - 30 * D, missed_at=NOW - H, explanation=why)
    text = render_explain(
        one, report=report(one), now=NOW, timezone=UTC, remembered=AccountMemory(known=(known,))
    )
    assert (
        "  ✗ Nothing else came later. "
        "What was told of it: halted: too many releases; 26 releases, limit 20.\n"
    ) in text


def test_a_word_for_its_release_that_waits_is_told_with_who_said_it_and_until_when() -> None:
    """Its command was killed: the next turn was to release the account, and nothing said that anybody had
    asked.
    """
    word = Override(
        kind=OverrideKind.RELEASE,
        at=NOW - timedelta(minutes=3),
        by="ann",
        why="the client left",
        account=account().id,
        until=NOW + timedelta(minutes=57),
    )
    kept = decision(activity=Seen(at=NOW - D, what=Use.PUBLISHED_POST))
    terms = Terms(now=NOW, mode=Mode.ENFORCE, ledger_since=NOW - 30 * D)
    remembered = AccountMemory(asked=word)

    def told(one: Decision) -> str:
        return render_explain(one, report=report(one), now=NOW, timezone=UTC, remembered=remembered)

    assert (
        "  Its release is due now and saves $150.00.\n"
        "  ann asked for its release Mon 18 May 11:57 UTC (3 min ago): the client left.\n"
        "  Nobody has carried that out yet: the next turn does; the word lasts until Mon 18 May 12:57 UTC "
        "(in 57 min).\n"
    ) in told(decide_asked(kept, terms))
    assert "Nobody has carried that out, and as things are the next turn refuses it" in told(kept)
    in_json = json.loads(
        explain_json(kept, report=report(kept), now=NOW, timezone=UTC, remembered=remembered)
    )
    assert (in_json["asked"]["by"], in_json["asked"]["until"]) == ("ann", "2026-05-18T12:57:00Z")


def test_what_will_be_halted_is_not_promised_for_when_its_window_opens() -> None:
    """Beside "planned pause until ..." stood "the release comes when its window opens"."""
    waits = decision(standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW + 20 * H)))
    assert waits.reason is Reason.WINDOW_NOT_OPEN
    said = changes(waits, project="acme", docket="7f3a", braked=False, coming=True, now=NOW, timezone=UTC)
    assert "Time alone does not: what halts it must have ended while its window is open." in said
    assert not any("comes when its window opens" in one for one in said)


def test_several_renewals_that_were_paid_are_summed_up_by_why() -> None:
    def paid(number: int, cause: Cause, explanation: Explanation | None = None) -> HistoryLine:
        of = Outcome(
            kind=OutcomeKind.PAID,
            period=account().period,
            project=account().project,
            handle="latte.art.lab",
            price_cents=15_000,
            at=NOW - number * 30 * D,
            cause=cause,
            explanation=explanation,
        )
        return HistoryLine(at=of.at, what="renewal.paid", text=f"Paid {number}.", cents=15_000, paid=of)

    halted = Explanation(cause=Cause.BRAKED, title="halted: too many releases")
    history = (paid(2, Cause.WATCHER_DOWN), paid(1, Cause.BRAKED, halted))
    one = decision()
    told = render_explain(
        one, report=report(one), now=NOW, timezone=UTC, remembered=AccountMemory(history=history)
    )
    assert (
        "  In all: paid without evidence of use: 2 renewals, $300.00 ($150.00 halted: too many releases, "
        "$150.00 watcher not running).\n"
    ) in told


def test_an_approval_is_not_advised_where_it_lifts_nothing() -> None:
    """Beside "too little history" stood "approve ... where the brake allows it"."""
    due = decision(
        account(renews_in=3 * H),
        standing=PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW - 3 * H)),
    )
    halt = Halt(brake=kinds.HISTORY, measured="5 h", limit="1 d", lifts_at=NOW + 19 * H)
    text = explained(due, report(due, halts=Halts(halts=(halt,))))
    assert "The brake above must end, by what lifts it or by itself: no approval passes it." in text
    assert "lease-watcher approve" not in text


def test_one_that_goes_on_by_itself_while_others_are_lost_is_told_so() -> None:
    """`explain` said "Time alone does not" of a release that its announcement said to go on by itself."""
    received = PeriodState(notice=Received(at=NOW - 2 * D, not_before=NOW + 14 * H))
    one = decision(account("latte", renews_in=20 * H), standing=received)
    due = report(one)
    lost = matter([Halt(brake=kinds.TOO_MANY, measured="5 releases", limit="3")], due.docket)
    others = tuple(replace(each, goes_on=True) for each in lost.accounts)
    text = explained(one, replace(due, matters=(replace(lost, accounts=others),)))
    assert "Of these this one goes on by itself in time" in text
    assert "Time alone does not" not in text


def test_a_planned_pause_that_will_stop_it_is_told_however_far_ahead() -> None:
    """A day before the mail that said "its release will be halted" it read "No brake is on for it"."""
    far = decision(account("far", renews_in=25 * D))
    pause = PauseInForce(project=None, why="campaign", until=NOW + 40 * D)
    said = explained(far, replace(report(far), paused_then={far.account.id: pause}))
    assert (
        "As use is today a planned pause halts it until too late (campaign, until Sat 27 Jun 12:00 UTC "
        "(in 40 d)): $150.00 will not be saved unless it ends sooner in [[pauses]] of the configuration."
    ) in " ".join(said.split())
    assert "No brake is on" not in said
    assert "No brake is on" in explained(far, report(far))


@pytest.mark.parametrize(
    ("health", "ruling", "evidence", "step"),
    [
        (
            HealthTier.HOT,
            "✗ Its health is hot, and the policy standard names health as evidence: it is protected.",
            "health: hot.",
            "It is not released: protected: hot.",
        ),
        (
            HealthTier.WARMING_UP,
            "✓ Nothing protects it; its health is warming up.",
            "health: warming up.",
            "Its release is to be announced now",
        ),
        (
            HealthUnknown(why=WhyHealthUnknown.MISSING_SCOPE),
            "✗ Its health is unknown (the key lacks social:read), and the policy standard names it as "
            "evidence: so it may be hot.",
            "health: not known (the key lacks social:read).",
            "It is not released: health unknown (the key lacks social:read).",
        ),
    ],
)
def test_how_healthy_it_is_stands_in_the_trace_the_evidence_and_the_step(
    health: Health, ruling: str, evidence: str, step: str
) -> None:
    told = " ".join(explained(healthy(health)).split())
    for words in (ruling, evidence, step, "✓ It is unused: no post published through Layers for 40 d"):
        assert words in told
    assert "posts: a post was published" in told


def test_before_its_announcement_it_says_that_nobody_was_asked_yet() -> None:
    told = " ".join(explained(healthy(one=account(renews_in=20 * D))).split())
    assert "health: not asked for yet: only once all else would let the account go." in told


@pytest.mark.parametrize(
    ("health", "value"),
    [
        (HealthTier.HOT, {"tier": "hot", "why": None}),
        (HealthUnknown(why=WhyHealthUnknown.TOO_OLD), {"tier": None, "why": "too_old"}),
        (HEALTH_NOT_ASKED, {"tier": None, "why": "not_asked"}),
    ],
)
def test_machines_are_told_how_healthy_it_is_where_its_policy_asks(
    health: Health, value: dict[str, Any]
) -> None:
    one = healthy(health)
    said = json.loads(explain_json(one, report=report(one), now=NOW, timezone=UTC))
    assert said["account"]["health"] == said["evidence"]["health"] == value
    assert set(said["evidence"]["sources"]) == {"posts"}
    other = decision()
    assert (
        json.loads(explain_json(other, report=report(other), now=NOW, timezone=UTC))["account"]["health"]
        is None
    )


SHADOW = policy("shadow", match=Match(health=(HealthTier.SHADOWBANNED,)))
FRESH_ONES = policy("fresh", match=Match(health=(HealthTier.NEW,)))


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        (
            (SHADOW,),
            "✗ Whether shadow governs it cannot be told: its health is unknown (it could not be read).",
        ),
        ((SHADOW, FRESH_ONES), "✗ Which of shadow and fresh, if any, governs it cannot be told"),
        ((SHADOW, FRESH_ONES, policy("rest")), "✗ Which of shadow, fresh and rest governs it cannot be told"),
    ],
)
def test_which_policies_may_govern_it_is_told_while_nobody_knows_its_health(
    policies: tuple[Policy, ...], words: str
) -> None:
    lost = decision(policies=policies, health=HealthUnknown(why=WhyHealthUnknown.UNREADABLE))
    assert words in " ".join(explained(lost).split())


def test_that_no_policy_fits_is_told_with_the_health_that_it_has() -> None:
    told = " ".join(explained(decision(policies=(SHADOW,), health=HealthTier.WARM)).split())
    assert "✗ None of the policies of project acme matches it, and its health is warm." in told
