"""`pause`: no releases, of the fleet or of one project; watching and telling go on."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.brakes.docket import Entry
from watcher.cli.arguments import UNSAID, configuration, reason_and_name
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.decide.dockets import known_without_a_turn
from watcher.decide.openings import at_stake, openings
from watcher.decide.orders import Orders
from watcher.decide.unannounced import unannounced
from watcher.facts.accounts import Account, ProjectId
from watcher.memory.remembered import known_of
from watcher.messages.matters import in_time
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, LeaseState
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.record.planned_pauses import PlannedPauses
from watcher.rules.plan import Mode
from watcher.texts.commands import to_resume
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance
from watcher.wiring.orders import orders_from


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.description = (
        f"{command.description} From now on, or from a moment that is to come; for hours of every week see "
        "[[pauses]] of the configuration."
    )
    command.add_argument("--project", metavar="NAME", help="a project's name or id; else the fleet")
    command.add_argument(
        "--from",
        dest="begins",
        metavar="WHEN",
        help="a span from now (12d), a date (from its beginning) or an instant; else from now on",
    )
    command.add_argument(
        "--until",
        metavar="WHEN",
        help="a span from now (3d), a date (through its end) or an instant; else until `resume`",
    )
    reason_and_name(command, unsaid=UNSAID)


def run(options: Namespace, process: Process) -> Exit:
    with speaking(options, process) as person:
        project = person.project(options.project)
        until = None if options.until is None else person.until(options.until)
        begins = None if options.begins is None else person.beginning(options.begins)
        if begins is not None and until is not None and until <= begins:
            never = f"--until {plain(options.until)} is not after --from {plain(options.begins)}"
            raise Stop(Exit.USAGE, f"{never}: the pause would never be on. Nothing was recorded.")
        word = Override(
            kind=OverrideKind.PAUSE,
            at=person.now,
            by=person.by,
            why=person.why,
            project=project,
            until=until,
            begins=begins,
        )
        what = "Releases" if project is None else f"Releases of project {plain(options.project)}"
        since = "" if begins is None else f" from {person.at(begins)}"
        end = "until `resume`" if until is None else person.ends(until)
        stake = _at_stake(_leased(project, person), word, person, project=options.project)
        person.say(word, f"{what} are paused{since} {end}.\n{stake}")
    return Exit.DONE


def _leased(project: ProjectId | None, person: Person) -> Sequence[Account]:
    """Without what was released since the last turn listed it."""
    listed = list(person.ledger.leased(project))
    fates = person.ledger.fates([one.id for one in listed])
    return [one for one in listed if fates.get(one.id, LEASED).state is LeaseState.LEASED]


def _at_stake(leased: Sequence[Account], word: Override, person: Person, *, project: str | None) -> str:
    """Which accounts that is about, and which announced releases it costs, as far as the ledger knows."""
    if not leased and person.ledger.fleet(person.now).last_turn is None:
        return "How many accounts that concerns is not known: no turn has read the fleet yet."
    count, money = counted(len(leased), "account"), _money(leased)
    orders = orders_from(person.settings)
    told = _announced(word, person, orders, project=project)
    others = () if word.begins is None else _others(leased, word, person, word.begins, orders)
    return " ".join((f"It concerns {count}, {money} a month.", told, *others))


def _announced(word: Override, person: Person, orders: Orders, *, project: str | None) -> str:
    lost = _lost(word, person, orders)
    by = in_time((one.closes for one in lost), person.now, orders.poll)
    if by is None:
        return "No release that is announced so far is lost by it."
    many, one_alone = counted(len(lost), "announced release"), len(lost) == 1
    saved = _money(lost)
    way = to_resume(project, coming=word.begins is not None)
    return (
        f"{many}, {saved}, {'is' if one_alone else 'are'} not done unless "
        f"`{way}` ends it{'' if one_alone else ', for the first'} "
        + (
            "at once."
            if by <= person.now
            else f"by {clock_time(by, person.timezone, now=person.now)} ({distance(by, person.now)})."
        )
    )


def _others(
    leased: Sequence[Account], word: Override, person: Person, begins: datetime, orders: Orders
) -> Iterator[str]:
    """What it stops that is not announced, counted as an audit counts it, as far as turns have looked.

    Who pauses at once must stop something now, and can ask `audit` later.
    """
    now, ledger = person.now, person.ledger
    if orders.mode is not Mode.ENFORCE:
        return
    later = [one for one in leased if one.renews_at > begins]
    known = ledger.known([one.id for one in later])
    overrides = ledger.fleet(now).overrides.with_words(orders.configured_holds.said)
    found = unannounced(
        (old for one in later if (old := known_of(one.period, known)) is not None),
        ledger.announced(now),
        PlannedPauses().with_said([word]),
        overrides,
        orders,
        now,
    )
    if found.planned:
        many, one_alone = counted(len(found.planned), "release"), len(found.planned) == 1
        yield (
            f"{many} that {'is' if one_alone else 'are'} not announced yet, {_money(found.planned)}, "
            f"{'is' if one_alone else 'are'} stopped until too late as well, by what the last turn saw."
        )
    else:
        yield "It stops no other that the last turn planned."
    if found.unasked:
        many, one_alone = counted(len(found.unasked), "account"), len(found.unasked) == 1
        yield (
            f"Of {many} more whose window lies in it, {_money(found.unasked)}, no turn has asked yet whether "
            f"{'it is' if one_alone else 'they are'} used: `lease-watcher audit` asks, and counts "
            f"{'it' if one_alone else 'them'}."
        )


def _money(some: Iterable[Account | Entry]) -> str:
    return dollars(sum(one.price_cents for one in some))


def _lost(word: Override, person: Person, orders: Orders) -> tuple[Entry, ...]:
    """The announced releases that this pause alone stops until it is too late."""
    now, ledger = person.now, person.ledger
    announced = ledger.announced(now)
    ids = frozenset(period.account for period in announced)
    overrides = ledger.fleet(now).overrides.with_words(orders.configured_holds.said)
    found = openings(announced, ledger.known(ids), ledger.fates(ids), overrides, orders, now)
    entries = [one.entry(now) for one in at_stake(found.to_come, orders.mode)]
    alone = replace(orders, planned_pauses=PlannedPauses())
    said = Overrides(said=(word,))
    return known_without_a_turn(entries, said, alone, now, suspended=False).docket.entries
