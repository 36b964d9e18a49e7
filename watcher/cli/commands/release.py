"""`release`: a person's word for one release, shown what it costs, and told what came of it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from threading import Event
from typing import Final

from watcher.brakes import FleetState
from watcher.brakes.docket import Docket
from watcher.brakes.kinds.key_suspended import KEY_SUSPENDED
from watcher.brakes.kinds.min_history import HISTORY
from watcher.brakes.kinds.paused import PAUSED
from watcher.cli.accounts import fits, the_one, with_id
from watcher.cli.arguments import configuration, one_account, reason_and_name
from watcher.cli.carried_out import carried_out
from watcher.cli.configured import Keyed, changing, read_again, watching
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.progress import progress
from watcher.cli.render.sheet import Line, line, printed
from watcher.cli.render.steps import project_name
from watcher.decide.asked import code_of, refusal
from watcher.decide.exits import exit_of
from watcher.decide.focus import Focus
from watcher.decide.report import Report
from watcher.facts.accounts import Account
from watcher.facts.handles import folded, name_of, nameless
from watcher.memory.writes import Said
from watcher.messages.fates import fate_in_words
from watcher.messages.renewal_messages import evidence_in_words
from watcher.messages.words import FLAW, REASON
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, LeaseState
from watcher.record.overrides import RELEASE_LASTS, Override, OverrideKind
from watcher.rules.asked_release import decide_asked, last_use
from watcher.rules.judge import Verdict
from watcher.rules.plan import Decision, Release, Terms
from watcher.settings.check.timing import given_up
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import span
from watcher.texts.times import clock_time, distance, when

_NEEDS_NO_FLEET: Final = (HISTORY, PAUSED, KEY_SUSPENDED)
"""Brakes that a look at one project shows: the others compare with the fleet, as the turn reads it."""


def declare(command: ArgumentParser) -> None:
    configuration(command)
    one_account(command)
    reason_and_name(command)
    command.description = (
        "Release one account now, whatever its policy says of it: it is shown, its handle is typed, and what "
        "came of it is told. Holds, protections and brakes stop it as ever."
    )


def run(options: Namespace, process: Process) -> Exit:
    if not process.can_ask:
        raise Stop(
            Exit.USAGE,
            "A release cannot be undone, so the handle is typed at a terminal: there is none here, and no "
            "option in its place.",
        )
    with_key = watching(options, process)
    with speaking(options, process, with_key.good) as person:
        known = _meant(options.account, person)
        report = _look(known, with_key, process)
        decision = _releasable(options.account, known, report, person)
        _require_unbraked(decision.account, report, person)
        _confirm(decision, report, person)
        # Typing takes its time, and somebody may have written a hold into the configuration meanwhile.
        changed = changing(with_key.good.path)
        with_key = read_again(with_key, options, process)
        word = _said(decision, person)
    return carried_out(word, with_key, process, changed)


def _meant(reference: str, person: Person) -> Account:
    """Never a guess. Raises `Stop` where several may be meant, or what is meant cannot be released."""
    account = person.account(reference)
    listing = {one.account.project for one in person.ledger.find(account.id) if one.gone_at is None}
    if len(listing) > 1:
        called = person.settings.project_names
        names = " and ".join(sorted(plain(called.get(one, one)) for one in listing))
        raise Stop(Exit.USAGE, f"{with_id(account)} is listed by {names}: it is released from neither.")
    _require_leased(account, person.ledger.fates([account.id]), person)
    return account


def _require_leased(account: Account, fates: Fates, person: Person) -> None:
    fate = fates.get(account.id, LEASED)
    if fate.state is LeaseState.LEASED:
        return
    became = fate_in_words(fate, person.now, person.timezone)
    code = Exit.OUTCOME_UNKNOWN if fate.state is LeaseState.RELEASING else Exit.USAGE
    raise Stop(code, f"{with_id(account)} {became}. Nothing was recorded.")


def _look(account: Account, with_key: Keyed, process: Process) -> Report:
    """The account as the API shows it now, with its use: a look at its project that writes nothing."""
    from watcher.wiring.turn import Purpose, Wiring, open_turns

    wiring = Wiring(
        settings=with_key.settings,
        key=with_key.key,
        clock=process.clock,
        purpose=Purpose.AUDIT,
        stop=Event(),
        shard=with_key.shard,
        due=frozenset({account.id}),
    )
    focus = Focus(
        projects=frozenset({account.project}), docket=Docket(), state=FleetState(now=process.clock.now())
    )
    with progress(process) as show, open_turns(replace(wiring, progress=show)) as turns:
        return turns.run(focus).report


def _releasable(reference: str, known: Account, report: Report, person: Person) -> Decision:
    """What a word would make of it. Raises `Stop` where that is no release."""
    listed = [one.account for one in report.decisions if fits(reference, one.account)]
    if not any(one.id == known.id for one in listed):
        raise _not_there(known, report)
    account = the_one(reference, listed, nobody="")
    decision = next(one for one in report.decisions if one.account == account)
    fleet = person.ledger.fleet(report.started_at)
    terms = Terms(now=report.started_at, mode=report.mode, ledger_since=fleet.ledger_since)
    found = decide_asked(decision, terms)
    if not isinstance(found.step, Release):
        why = plain(refusal(found, report.started_at))
        raise Stop(code_of(found.reason), f"{with_id(account)} is not released: {why}. Nothing was recorded.")
    return decision


def _require_unbraked(account: Account, report: Report, person: Person) -> None:
    """Raises `Stop` where a brake would stop it, whatever the rest of the fleet is like.

    Asked before the handle is: who types it has been told that the account is released at once.
    """
    sure = (
        halt for halt in report.halts.halts if halt.brake in _NEEDS_NO_FLEET and halt.covers(account.project)
    )
    told = []
    for halt in sure:
        end = f", over {when(halt.lifts_at, person.now, person.timezone)}" if halt.lifts_at else ""
        told.append(f"{halt.in_words(report.project_names)}{end}; {halt.way_out('').text}")
    if told:
        why = "; ".join(dict.fromkeys(told))
        raise Stop(
            Exit.BRAKED,
            f"{with_id(account)} is not released, as a brake is on: {plain(why)}. Nothing was recorded.",
        )


def _not_there(known: Account, report: Report) -> Stop:
    """Why nothing is shown of it, the gravest possible cause first."""
    if report.trouble is not None:
        return Stop(exit_of(report), f"The API could not be asked: {plain(report.trouble_detail)}.")
    for one in report.quarantined:
        if one.id == known.id:
            return Stop(Exit.USAGE, f"{with_id(known)} is not released: {FLAW[one.flaw]}.")
    for unread in report.unread:
        return Stop(Exit.UNREADABLE, f"{plain(unread.name)} cannot be read: {plain(unread.in_full)}.")
    listed = next((one.account for one in report.decisions if one.account.id == known.id), None)
    if listed is not None:
        return Stop(
            Exit.USAGE, f"{with_id(known)} is called {name_of(listed.handle, listed.id)} now: name it so."
        )
    project = project_name(report, known.project)
    return Stop(Exit.USAGE, f"{with_id(known)} is not listed by {project} any more.")


def _confirm(decision: Decision, report: Report, person: Person) -> None:
    """Show what is given up, and have the handle typed. Raises `Stop` where it is not."""
    account, process = decision.account, person.process
    rows = [*_facts(decision, report, person.process.clock.now(), person.timezone)]
    process.err.write(printed(rows, width=process.err_width, color=process.err_color))
    wanted = account.id if nameless(account.handle) else account.handle
    what = "id" if nameless(account.handle) else "handle"
    typed = process.ask(f"Type its {what} to release it, or anything else to leave it: ")
    if typed is None or not _is_same(typed, wanted):
        raise Stop(Exit.USAGE, "That is not it: nothing was recorded, and nothing is released.")


def _is_same(typed: str, wanted: str) -> bool:
    return typed.strip() == wanted or (folded(typed) != "" and folded(typed) == folded(wanted))


def _facts(decision: Decision, report: Report, now: datetime, timezone: tzinfo) -> Iterator[Line]:
    account = decision.account
    left = max(account.renews_at - now, timedelta())
    lost = min(given_up(left, account.price_cents), account.price_cents)
    renews = f"{clock_time(account.renews_at, timezone, now=now)} ({distance(account.renews_at, now)})"
    rows = (
        ("costs", f"{dollars(account.price_cents)} a month, paid for until {renews}"),
        ("given up", f"{span(left)} that are paid for, about {dollars(lost)}: nothing is refunded"),
        ("last use", evidence_in_words(decision.judgement, now)),
        ("its policy", _by_itself(decision)),
    )
    yield line(f"{with_id(account)} on {plain(account.platform)}, {project_name(report, account.project)}")
    for label, text in rows:
        yield line(f"{label:<12}{text}", indent=2, hang=14)
    yield line("A release is carried out at once and cannot be undone.", style="bold")


def _by_itself(decision: Decision) -> str:
    policy, reason = decision.judgement.policy, REASON[decision.judgement.reason]
    name = plain(policy.name) if policy is not None else "none"
    verb = "releases" if decision.judgement.verdict is Verdict.RELEASE else "keeps"
    return f"{name} {verb} it: {reason}"


def _said(decision: Decision, person: Person) -> Override:
    """Append the word, unless a release of the account began meanwhile. It says what was shown."""
    account, now = decision.account, person.process.clock.now()
    word = Override(
        kind=OverrideKind.RELEASE,
        at=now,
        by=person.by,
        why=person.why,
        account=account.id,
        handle=account.handle,
        project=account.project,
        periods=(account.period,),
        began=account.leased_since,
        used_at=last_use(decision.judgement.subject.activity),
        until=now + RELEASE_LASTS,
    )

    def while_leased(fates: Fates) -> list[Said]:
        leased = fates.get(account.id, LEASED).state is LeaseState.LEASED
        return [Said(override=word)] if leased else []

    _require_leased(account, person.ledger.say([account.id], while_leased), person)
    return word
