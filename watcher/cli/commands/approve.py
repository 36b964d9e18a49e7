"""`approve`: allows exactly the releases of one docket past the limits of count, share and money."""

from argparse import ArgumentParser, Namespace

from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.facts.accounts import LeasePeriod
from watcher.record.exit_codes import Exit
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.times import when


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("docket", metavar="DOCKET", help="the short id that a halt told")
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    """The approval ends with the last renewal it names; each release ends earlier, as its window closes."""
    with speaking(options, process) as person:
        periods = person.ledger.docket(options.docket)
        if not periods:
            raise Stop(
                Exit.USAGE,
                f"The ledger {person.place} knows no docket {options.docket}. A halt names it; "
                "another set of releases is another docket, with another name.",
            )
        coming = tuple(one for one in periods if one.renews_at > person.now)
        if not coming:
            raise Stop(Exit.USAGE, f"Every renewal of docket {options.docket} has passed.")
        word = Override(
            kind=OverrideKind.APPROVE,
            at=person.now,
            by=person.by,
            why=person.why,
            until=max(one.renews_at for one in coming),
            periods=coming,
        )
        count = f"{len(coming)} release{'s' if len(coming) > 1 else ''}"
        rows = "\n".join(f"  {_named(one, person)}" for one in coming)
        person.say(word, f"Approved past the limits of count, share and money: {count}\n{rows}")
    return Exit.DONE


def _named(period: LeasePeriod, person: Person) -> str:
    known = next(iter(person.ledger.find(period.account)), None)
    who = plain(period.account)
    if known is not None:
        who = f"@{plain(known.account.handle)}  {dollars(known.account.price_cents)}"
    return f"{who}  renews {when(period.renews_at, person.now, person.timezone)}"
