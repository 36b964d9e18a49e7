"""`pause`: no releases, of the fleet or of one project; watching and telling go on."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime

from watcher.cli.arguments import UNSAID, configuration, reason_and_name
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process
from watcher.decide.matters import last_moment
from watcher.decide.orders import Orders
from watcher.facts.accounts import Account, ProjectId
from watcher.messages.matters import in_time
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, LeaseState
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.commands import to_resume
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, distance
from watcher.wiring.orders import orders_from


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--project", metavar="NAME", help="a project's name or id; else the fleet")
    command.add_argument(
        "--until", metavar="WHEN", help="a span from now (3d), a date or an instant; else until `resume`"
    )
    reason_and_name(command, unsaid=UNSAID)


def run(options: Namespace, process: Process) -> Exit:
    with speaking(options, process) as person:
        project = person.project(options.project)
        until = None if options.until is None else person.until(options.until)
        word = Override(
            kind=OverrideKind.PAUSE,
            at=person.now,
            by=person.by,
            why=person.why,
            project=project,
            until=until,
        )
        what = "Releases" if project is None else f"Releases of project {plain(options.project)}"
        end = "until `resume`" if until is None else person.ends(until)
        stake = _at_stake(_leased(project, person), until, person, project=options.project)
        person.say(word, f"{what} are paused {end}.\n{stake}")
    return Exit.DONE


def _leased(project: ProjectId | None, person: Person) -> Sequence[Account]:
    """Without what was released since the last turn listed it."""
    listed = list(person.ledger.leased(project))
    fates = person.ledger.fates([one.id for one in listed])
    return [one for one in listed if fates.get(one.id, LEASED).state is LeaseState.LEASED]


def _at_stake(
    leased: Sequence[Account], until: datetime | None, person: Person, *, project: str | None
) -> str:
    """Which accounts that is about, and which announced releases it costs, as far as the ledger knows."""
    count, money = counted(len(leased), "account"), dollars(sum(one.price_cents for one in leased))
    text = f"It concerns {count}, {money} a month."
    orders = orders_from(person.settings)
    poll = orders.poll  # a turn must follow the end before a window closes
    announced = _announced(leased, person, orders)
    lost = [(closes, one) for closes, one in announced if until is None or closes - poll <= until]
    by = in_time((closes for closes, _ in lost), person.now, poll)
    if by is None:
        return f"{text} No release that is announced so far is lost by it."
    many, one_alone = counted(len(lost), "announced release"), len(lost) == 1
    saved = dollars(sum(one.price_cents for _, one in lost))
    return (
        f"{text} {many}, {saved}, {'is' if one_alone else 'are'} not done unless "
        f"`{to_resume(project)}` ends it{'' if one_alone else ', for the first'} "
        + (
            "at once."
            if by <= person.now
            else f"by {clock_time(by, person.timezone, now=person.now)} ({distance(by, person.now)})."
        )
    )


def _announced(
    leased: Sequence[Account], person: Person, orders: Orders
) -> Iterator[tuple[datetime, Account]]:
    """The announced releases that can still be done, each with its last moment."""
    now = person.now
    notices = person.ledger.announced(now)
    overrides = person.ledger.fleet(now).overrides
    for one in leased:
        notice = notices.get(one.period)
        if notice is None or not notice.stands or overrides.hold_on(one.id, now) is not None:
            continue
        closes = last_moment(one, orders, now)
        if closes is not None and closes > now:
            yield closes, one
