"""`pause`: no releases, of the fleet or of one project; watching and telling go on."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime

from watcher.cli.arguments import UNSAID, configuration, reason_and_name
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process
from watcher.facts.accounts import Account
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import when


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("--project", metavar="NAME", help="a project's name or id; else the fleet")
    command.add_argument("--until", metavar="WHEN", help="a date or an instant; else until `resume`")
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
        concerned = list(person.ledger.leased(project))
        person.say(word, f"{what} are paused {end}.\n{_at_stake(concerned, until, person)}")
    return Exit.DONE


def _at_stake(leased: Sequence[Account], until: datetime | None, person: Person) -> str:
    """Which accounts that is about, and what is paid before it ends, as far as the ledger knows."""
    count, money = counted(len(leased), "account"), dollars(sum(one.price_cents for one in leased))
    text = f"It concerns {count}, {money} a month."
    coming = [
        one for one in leased if one.renews_at > person.now and (until is None or one.renews_at <= until)
    ]
    if not coming:
        return text if until is None else f"{text} None of them renews before that."
    if until is None:
        return f"{text} The next one renews {when(coming[0].renews_at, person.now, person.timezone)}."
    paid = dollars(sum(one.price_cents for one in coming))
    verb = "renews" if len(coming) == 1 else "renew"
    return f"{text} {len(coming):,} of them {verb} before that, for {paid}, whether they are used or not."
