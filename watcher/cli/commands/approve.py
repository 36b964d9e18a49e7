"""`approve`: allows exactly the releases of one docket past the limits of count, share and money."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace

from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.render.fates import in_words
from watcher.facts.accounts import LeasePeriod
from watcher.memory.fates import LEASED, Fates, is_released
from watcher.memory.writes import Said
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
        kept = person.ledger.docket(options.docket)
        if kept is None or not kept.periods:
            raise Stop(
                Exit.USAGE,
                f"The ledger {person.place} knows no docket {options.docket}. A halt names it; "
                "another set of releases is another docket, with another name.",
            )
        coming = tuple(one for one in kept.periods if one.renews_at > person.now)
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
        fates = person.ledger.say([one.account for one in coming], lambda fates: _still(word, fates))
        left = [one for one in coming if not is_released(fates, one.account)]
        gone = [f"{_who(one, person)} {_became(one, fates, person)}." for one in coming if one not in left]
        if not left:
            raise Stop(Exit.USAGE, "\n".join((*gone, "Nothing was recorded.")))
        count = f"{len(left)} release{'s' if len(left) > 1 else ''}"
        rows = [f"  {_named(one, fates, person)}" for one in left]
        title = f"Approved past the limits of count, share and money: {count}"
        person.tell("\n".join((title, *rows, *gone)))
    return Exit.DONE


def _still(word: Override, fates: Fates) -> list[Said]:
    """The word about those of its releases that were not done yet."""
    left = tuple(one for one in word.periods if not is_released(fates, one.account))
    return [Said(override=replace(word, periods=left))] if left else []


def _named(period: LeasePeriod, fates: Fates, person: Person) -> str:
    became = _became(period, fates, person)
    renews = f"{_who(period, person)}  renews {when(period.renews_at, person.now, person.timezone)}"
    return f"{renews}; it {became}" if became else renews


def _became(period: LeasePeriod, fates: Fates, person: Person) -> str:
    return in_words(fates.get(period.account, LEASED), person.now, person.timezone)


def _who(period: LeasePeriod, person: Person) -> str:
    known = next(iter(person.ledger.find(period.account)), None)
    if known is None:
        return plain(period.account)
    return f"@{plain(known.account.handle)}  {dollars(known.account.price_cents)}"
