"""`notify routes`: who would be told what about an account, before it happens."""

from argparse import Namespace
from collections.abc import Mapping, Sequence

from watcher.cli.accounts import the_one
from watcher.cli.alike import account_meant, instead
from watcher.cli.ledger_view import LedgerView, view_ledger
from watcher.cli.process import Process, Stop
from watcher.cli.render.sheet import line, printed
from watcher.facts.accounts import Account
from watcher.messages.events import Event, EventKind, RenewalFacts
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage
from watcher.rules.matching import governing
from watcher.texts.plain import plain


def routes(options: Namespace, process: Process) -> Exit:
    """One row for each event with the notifiers that get it; 1 if an expectation fails."""
    expected = [_expectation(text) for text in options.expect]
    with view_ledger(options, process, unbroken=True) as here:
        known = [one.account for one in here.ledger.find(options.account)]
        near = "" if known else account_meant(options.account, here.ledger)
        nobody = (
            f"The ledger {here.place} never saw {plain(options.account)}.{near} It learns of accounts with "
        )
        account = the_one(options.account, known, nobody=f"{nobody}each turn.")
        told = {event.kind: _told(here, event) for event in _samples(here, account)}
    rows = [
        line(f"{kind.value:<20}  {', '.join(map(plain, names)) or '–'}", hang=22)
        for kind, names in told.items()
    ]
    process.out.write(printed(rows, width=process.width, color=False))
    return _held_against(expected, told, process)


def _samples(here: LedgerView, account: Account) -> Sequence[Event]:
    """Every event as it would be about this account: not in use, not held, at its last warning."""
    project = here.settings.project_names.get(account.project)
    governed = governing(account, here.settings.policies_for(project), here.now)
    facts = RenewalFacts(
        usage=Usage.UNUSED,
        last_warning=True,
        held=False,
        reason=Reason.UNUSED,
        policy=governed.policy.name if governed else "",
    )
    return [
        Event(
            kind=kind,
            key=kind.value,
            at=here.now,
            what="",
            project=account.project,
            account=account.id,
            handle=account.handle,
            period=account.period,
            cents=account.price_cents,
            facts=facts,
        )
        for kind in EventKind
        if kind is not EventKind.NOTIFIER_TEST
    ]


def _told(here: LedgerView, event: Event) -> tuple[str, ...]:
    return tuple(route.notifier for route in here.settings.routes.routes if route.wants(event))


def _expectation(text: str) -> tuple[EventKind, frozenset[str]]:
    kind, equals, names = text.partition("=")
    words = [each.value for each in EventKind]
    if not equals or kind not in words:
        hint = f"; {instead(kind, words)}" if equals else ""
        raise Stop(Exit.USAGE, f"--expect {text}: write it like release.announced=ops,boss{hint}")
    return EventKind(kind), frozenset(name.strip() for name in names.split(",") if name.strip())


def _held_against(
    expected: Sequence[tuple[EventKind, frozenset[str]]],
    told: Mapping[EventKind, Sequence[str]],
    process: Process,
) -> Exit:
    code = Exit.DONE
    for kind, names in expected:
        found = frozenset(told[kind])
        if found != names:
            code = Exit.UNEXPECTED
            missing = ", ".join(sorted(names - found))
            surplus = ", ".join(sorted(found - names))
            said = "; ".join(
                part
                for part in (missing and f"not told: {missing}", surplus and f"also told: {surplus}")
                if part
            )
            process.remark(f"{kind.value} is not as expected: {said}")
    return code
