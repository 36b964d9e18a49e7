"""`unapprove`: withdraws the approval of a docket, as far as its releases are not done."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from watcher.cli.arguments import configuration, reason_and_name
from watcher.cli.dockets import as_it_stands, the_docket
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.decide.dockets import WaitingRelease
from watcher.facts.handles import name_of
from watcher.memory.writes import Said
from watcher.messages.fates import fate_in_words
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, LeaseState, is_released
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted


def declare(command: ArgumentParser) -> None:
    configuration(command)
    command.add_argument("docket", metavar="DOCKET", help="the short id that was approved")
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    """The gate reads it in the transaction in which an intent is written: what has none yet is not sent."""
    with speaking(options, process) as person:
        kept = the_docket(options.docket, person.ledger, person.place, person.now)
        (docket,) = as_it_stands({kept.docket: kept}, person.ledger, person.settings, person.now)
        approved = [one for one in docket.releases if one.approval is not None]
        if not approved:
            raise Stop(
                Exit.USAGE,
                f"No release of docket {plain(options.docket)} is approved. Nothing was recorded.",
            )
        word = Override(
            kind=OverrideKind.UNAPPROVE,
            at=person.now,
            by=person.by,
            why=person.why,
            periods=tuple(one.period for one in approved),
        )
        accounts = [one.period.account for one in approved]
        said = person.ledger.fleet(person.now).overrides
        fates = person.ledger.say(accounts, lambda fates: _of_the_rest(word, fates))
        told = list(_told(approved, fates, said, person))
        if all(is_released(fates, account) for account in accounts):
            raise Stop(Exit.USAGE, "\n".join((*told, "Nothing was recorded.")))
        person.tell("\n".join(told))
        states = {fates.get(one.period.account, LEASED).state for one in approved}
    return Exit.OUTCOME_UNKNOWN if LeaseState.RELEASING in states else Exit.DONE


def _of_the_rest(word: Override, fates: Fates) -> list[Said]:
    """The word about those of its releases that are not done."""
    left = tuple(one for one in word.periods if not is_released(fates, one.account))
    return [Said(override=replace(word, periods=left))] if left else []


def _told(approved: Sequence[WaitingRelease], fates: Fates, said: Overrides, person: Person) -> Iterator[str]:
    """What is withdrawn, of whom, and for which it may come too late. `said`: before that."""
    gone = [one for one in approved if is_released(fates, one.period.account)]
    left = [one for one in approved if one not in gone]
    money = dollars(sum(one.cents for one in left))
    by = ", ".join(dict.fromkeys(plain(one.approval.by) for one in left if one.approval))
    if left:
        yield (
            f"Withdrawn: the approval of {counted(len(left), 'release')}, {money} a month, that {by} gave. "
            "Brakes judge them again: what they let go is released all the same, and "
            "`lease-watcher hold ACCOUNT` keeps it."
        )
    before = Counter(
        by
        for one in left
        for by in {word.by for word in said.approvals_of(one.period, person.now)[:-1]}
        if one.approval is None or by != one.approval.by
    )
    for other, count in sorted(before.items()):
        yield f"Withdrawn with it: what {plain(other)} had approved before, {count:,} of these releases."
    for one in approved:
        became = fate_in_words(fates.get(one.period.account, LEASED), person.now, person.timezone)
        if became:
            late = "" if one in gone else " It may be too late."
            yield f"{_who(one)} {became}.{late}"


def _who(one: WaitingRelease) -> str:
    return name_of(None if one.known is None else one.known.account.handle, one.period.account)
