"""`approve`: allows exactly the releases of one docket past the limits of count, share and money."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace

from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.dockets import as_it_stands, the_docket
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.render.docket import docket_lines
from watcher.cli.render.sheet import BLANK, Line, line, printed
from watcher.decide.dockets import WaitingDocket, still_halted
from watcher.facts.accounts import LeasePeriod
from watcher.facts.handles import name_of
from watcher.memory.writes import DocketKept, Said
from watcher.messages.fates import fate_in_words
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, is_released
from watcher.record.overrides import Override, OverrideKind
from watcher.texts.commands import to_see, to_unapprove
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("docket", metavar="DOCKET", help="the short id that a halt told")
    command.add_argument(
        "--yes", action="store_true", help="do not ask; where there is no terminal nobody is asked"
    )
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    """The approval ends with the last renewal it names; each release ends earlier, as its window closes."""
    with speaking(options, process) as person:
        kept = the_docket(options.docket, person.ledger, person.place, person.now)
        coming = tuple(one for one in kept.periods if one.renews_at > person.now)
        if not coming:
            raise Stop(Exit.USAGE, f"Every renewal of docket {options.docket} has passed.")
        (docket,) = as_it_stands({kept.docket: kept}, person.ledger, person.settings, person.now)
        shown = docket_lines(
            docket,
            person.settings.project_names,
            timezone=person.timezone,
            width=process.width,
            deciding=True,
        )
        lines = (*shown, *_beyond(kept, person))
        process.out.write(printed(lines, width=process.width, color=process.color))
        process.out.flush()
        if docket.approved and not docket.waiting:
            person.tell("All that is left of it is approved already. Nothing was recorded.")
            return Exit.DONE
        if not docket.waiting:
            over = [
                f"{_who(one.period, docket)} {became}."
                for one in docket.over
                if (became := fate_in_words(one.fate, person.now, person.timezone))
            ]
            nothing = "Nothing of it waits for a decision. Nothing was recorded."
            raise Stop(Exit.USAGE, "\n".join((*over, nothing)))
        if docket.matter is None:
            person.tell(
                "Nothing of it is halted any more, so an approval would change nothing: as things are, no "
                "brake stops it. Nothing was recorded; what a later turn halts is told anew, with its docket."
            )
            return Exit.DONE
        # Exactly what was shown and asked about: what somebody else allowed, or holds, stays their word.
        waiting = {one.period for one in docket.waiting}
        coming = tuple(one for one in coming if one in waiting)
        asked = not options.yes and _said_yes(docket, process)
        if not asked:
            process.out.write("\n")
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
        gone = [f"{_who(one, docket)} {_became(one, fates, person)}." for one in coming if one not in left]
        if not left:
            raise Stop(Exit.USAGE, "\n".join((*gone, "Nothing was recorded.")))
        money = dollars(sum(one.cents for one in docket.releases if one.period in left))
        done = f"Approved past the limits of count, share and money: {counted(len(left), 'release')}, {money}"
        under_way = [
            f"{_who(one, docket)} {became}." for one in left if (became := _became(one, fates, person))
        ]
        others = ", and every other approval of its releases," if docket.approved else ""
        back = f"`{to_unapprove(kept.docket)}` withdraws it{others} while they are not done."
        person.tell("\n".join((f"{done} a month.", *under_way, *gone, back)))
    return Exit.DONE


def _beyond(kept: DocketKept, person: Person) -> Iterator[Line]:
    """What the last turn halted that an older docket does not name: its approval leaves that halted."""
    dockets = still_halted(person.ledger.dockets(person.now), person.ledger.fleet(person.now))
    others = {id_: one for id_, one in dockets.items() if id_ != kept.docket}
    for one in as_it_stands(others, person.ledger, person.settings, person.now):
        more = [each for each in one.waiting if each.period not in kept.periods]
        if one.matter is not None and more:
            money = dollars(sum(each.cents for each in more))
            waits = "waits" if len(more) == 1 else "wait"
            yield BLANK
            yield line(
                f"Beyond these {counted(len(more), 'release')} ({money}) of docket {plain(one.id)} {waits} "
                f"for an approval: `{to_see(plain(one.id))}` lists them."
            )


def _said_yes(docket: WaitingDocket, process: Process) -> bool:
    """Asks a person who is there; a script is not asked (False). Raises `Stop` for any other answer."""
    waiting = docket.waiting
    money = dollars(sum(one.cents for one in waiting))
    answer = process.ask(
        f"\nRelease them past the limits: {counted(len(waiting), 'release')}, {money} a month? "
        "A release cannot be undone. [y/N] "
    )
    if answer is not None and answer.casefold() not in ("y", "yes"):
        raise Stop(Exit.USAGE, "Nothing was recorded.")
    return answer is not None


def _still(word: Override, fates: Fates) -> list[Said]:
    """The word about those of its releases that were not done yet."""
    left = tuple(one for one in word.periods if not is_released(fates, one.account))
    return [Said(override=replace(word, periods=left))] if left else []


def _became(period: LeasePeriod, fates: Fates, person: Person) -> str:
    return fate_in_words(fates.get(period.account, LEASED), person.now, person.timezone)


def _who(period: LeasePeriod, docket: WaitingDocket) -> str:
    known = next((one.known for one in docket.releases if one.period == period), None)
    return name_of(None if known is None else known.account.handle, period.account)
