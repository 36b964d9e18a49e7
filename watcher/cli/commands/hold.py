"""`hold`: accounts are not released, whatever their policy says."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from shlex import quote
from typing import Final

from watcher.cli.accounts import Chosen, with_id
from watcher.cli.arguments import UNSAID, configuration, reason_and_name, several_accounts
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.render.holds import IN_SIGHT, debits, hold_costs
from watcher.facts.accounts import Account, AccountId
from watcher.facts.handles import name_of
from watcher.messages.fates import fate_in_words
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, LeaseState, is_released
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.money import dollars
from watcher.texts.plain import plain
from watcher.texts.spans import counted
from watcher.texts.times import clock_time, when


def declare(command: ArgumentParser) -> None:
    command.description = (
        f"{command.description} From now on, also for a campaign that is to come: what is released before it "
        "is gone. Of whole projects `pause --from` stops releases from a moment on."
    )
    configuration(command)
    several_accounts(command)
    reason_and_name(command, unsaid=UNSAID)
    command.add_argument(
        "--until",
        metavar="WHEN",
        help="a span (30d), a date (2027-01-15, through its end), an instant or `forever`; "
        "else the end of this lease period",
    )
    command.add_argument(
        "--from",
        dest="begins",
        metavar="WHEN",
        help="records nothing, as no hold can begin later: says what holding until then costs, and how",
    )


def run(options: Namespace, process: Process) -> Exit:
    """Without `--until` to the end of the lease period: a hold that is forgotten costs one month, not all.

    Where the renewal is moved, the hold goes with it (`decide/project.py`).
    """
    with speaking(options, process) as person:
        chosen = person.accounts(options)
        fates = person.ledger.fates([one.id for one in chosen.accounts])
        if options.begins is not None:
            raise Stop(Exit.USAGE, "\n".join(_not_later(chosen, options, fates, person)))
        holds = _holds(chosen, options, fates, person)
        if not options.dry_run:
            fates = person.append(tuple(holds.values()))
        told = _Told(
            person=person,
            chosen=chosen,
            holds=holds,
            overrides=person.ledger.fleet(person.now).overrides.with_words(holds.values()),
            fates=fates,
        )
        if not told.noted:
            raise Stop(Exit.USAGE, "\n".join((*told.refused(), "Nothing was recorded.")))
        person.show(replace(chosen, accounts=told.noted))
        if options.dry_run:
            person.write((*told.rehearsed(), *told.costs(), *told.refused()))
            return Exit.DONE
        person.tell("\n".join((*told.done(), *told.costs(), *told.late(), *told.refused())))
        return told.code


def _holds(chosen: Chosen, options: Namespace, fates: Fates, person: Person) -> Mapping[AccountId, Override]:
    """Raises `Stop` where the ledger knows no end to come for one."""
    until = None if options.until is None else person.until(options.until)
    past = [one for one in chosen.accounts if one.renews_at <= person.now and not is_released(fates, one.id)]
    if past and options.until is None:
        who = ", ".join(name_of(one.handle, one.id) for one in past)
        raise Stop(
            Exit.USAGE,
            f"{who} {'is' if len(past) == 1 else 'are'} past the renewal that the ledger knows: "
            "say --until when. Nothing was recorded.",
        )
    return {
        one.id: Override(
            kind=OverrideKind.HOLD,
            at=person.now,
            by=person.by,
            why=person.why,
            account=one.id,
            until=one.renews_at if options.until is None else until,
            periods=(one.period,) if options.until is None else (),
        )
        for one in chosen.accounts
    }


_MOST_NAMED: Final = 3


def _not_later(chosen: Chosen, options: Namespace, fates: Fates, person: Person) -> Iterator[str]:
    """Why no hold begins later, and what does what is meant by it, at which price. Raises `Stop`."""
    begins = person.beginning(options.begins)
    until = None if options.until is None else person.until(options.until)
    if until is not None and until <= begins:
        typed = f"--until {plain(options.until)} is not after --from {plain(options.begins)}"
        raise Stop(Exit.USAGE, f"{typed}. Nothing was recorded.")
    accounts = [one for one in chosen.accounts if fates.get(one.id, LEASED).state is LeaseState.LEASED]
    for one in chosen.accounts:
        if one not in accounts:
            yield f"{with_id(one)} {fate_in_words(fates[one.id], person.now, person.timezone)}."
    if not accounts:
        yield "Nothing was recorded."
        return
    yield (
        "A hold counts from when it is said, and none begins later: what is released before is gone by then. "
        "Nothing was recorded."
    )
    start, one_alone = clock_time(begins, person.timezone, now=person.now), len(accounts) == 1
    announced = person.ledger.announced(person.now)
    sooner = [one for one in accounts if one.renews_at <= begins]
    for one in sooner[:_MOST_NAMED]:
        notice = announced.get(one.period)
        fate = (
            "may be released before that, unless it is used or protected"
            if notice is None
            else f"is announced to be released from {person.at(max(notice.not_before, person.now))} on"
        )
        renewal = when(one.renews_at, person.now, person.timezone)
        yield f"{with_id(one)} renews {renewal}, before {start}, and {fate}."
    if len(sooner) > _MOST_NAMED:
        more = len(sooner) - _MOST_NAMED
        yield f"{more:,} more {'renews' if more == 1 else 'renew'} before {start}."
    if not sooner:
        them = ("It renews", "it costs") if one_alone else ("They renew", "they cost")
        yield f"{them[0]} only after {start}: held from now on {them[1]} nothing more."
    keeps = f"`{_from_now_on(options)}` keeps {'it' if one_alone else 'them'} from now on"
    yield f"{keeps}{_renewals_until(accounts, begins, until, start)}."


def _from_now_on(options: Namespace) -> str:
    """The command that does what was meant."""
    which = [*options.account, *(f"--handle={glob}" for glob in options.handle or ())]
    which += [] if options.project is None else [f"--project={options.project}"]
    why = [] if options.reason == UNSAID else [f"--reason={options.reason}"]
    until = quote(options.until) if options.until else "WHEN"
    return plain(f"lease-watcher hold {' '.join(map(quote, [*which, *why]))} --until {until}")


def _renewals_until(accounts: Sequence[Account], begins: datetime, until: datetime | None, start: str) -> str:
    """What that costs until its end: the next renewals as read, later ones extrapolated."""
    if until is None or until - begins > IN_SIGHT:
        money = dollars(sum(one.price_cents for one in accounts))
        return f", and each renewal until its end costs {money}"
    due = [each for one in accounts for each in debits(one, until)]
    if not due:
        return ": no renewal until its end, so it costs nothing"
    before = [cents for at, cents in due if at <= begins]
    first = f", {dollars(sum(before))} of it before {start}" if before else ""
    about = "about " if len(due) > len(accounts) else ""
    money = dollars(sum(cents for _, cents in due))
    return f": {counted(len(due), 'renewal')} until its end, {about}{money}{first}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """What came of it, in sentences. `overrides`: all that was said, with these holds."""

    person: Person
    chosen: Chosen
    holds: Mapping[AccountId, Override]
    overrides: Overrides
    fates: Fates

    @property
    def noted(self) -> list[Account]:
        return [one for one in self.chosen.accounts if self._state(one) is not LeaseState.RELEASED]

    @property
    def code(self) -> Exit:
        states = {self._state(one) for one in self.chosen.accounts}
        if LeaseState.RELEASING in states:
            return Exit.OUTCOME_UNKNOWN
        return Exit.USAGE if LeaseState.RELEASED in states and not self.chosen.by else Exit.DONE

    def done(self) -> Iterator[str]:
        held = [one for one in self.noted if self._state(one) is not LeaseState.RELEASING]
        if len(held) > 1:
            yield f"{counted(len(held), 'account')} are held{self._ends()}."
        elif held:
            hold, longest = self.holds[held[0].id], self._longest(held[0])
            text = f"{with_id(held[0])} is held {self.person.ends(longest.until)}."
            if longest != hold:
                by = plain(longest.by)
                text += f" An earlier hold by {by} lasts longer than this one; `unhold` ends both."
            yield text
        for one in held:
            if self._state(one) is LeaseState.NOT_LISTED:
                yield f"{with_id(one)} {self._became(one)}. The hold counts if it is listed again."

    def rehearsed(self) -> Iterator[str]:
        one = len(self.noted) == 1
        who = name_of(self.noted[0].handle, self.noted[0].id) if one else counted(len(self.noted), "account")
        yield f"{who} would be held{self._ends()}. Nothing was recorded."

    def late(self) -> Iterator[str]:
        """Those whose release had begun: a hold forbids only another attempt."""
        for one in self.noted:
            if self._state(one) is LeaseState.RELEASING:
                end = self.person.ends(self._longest(one).until)
                yield (
                    f"It may be too late for {with_id(one)}: it {self._became(one)}. "
                    f"If it is still leased after that, it is held {end}: no further attempt is made. "
                    f"The next turn finds out; `lease-watcher history {plain(one.id)}` tells."
                )

    def costs(self) -> Iterator[str]:
        ends = [
            (one, self._longest(one).until) for one in self.noted if self._state(one) is LeaseState.LEASED
        ]
        return hold_costs(ends, self.person.now, self.person.timezone)

    def refused(self) -> Iterator[str]:
        for one in self.chosen.accounts:
            if self._state(one) is LeaseState.RELEASED:
                yield f"{with_id(one)} {self._became(one)}."

    def _ends(self) -> str:
        own = [hold for hold in self.holds.values() if hold.periods]
        if len(own) > 1:
            return ", each until its own renewal"
        return f" {self.person.ends(next(iter(self.holds.values())).until)}"

    def _longest(self, one: Account) -> Override:
        return self.overrides.hold_on(one.id, self.person.now) or self.holds[one.id]

    def _state(self, one: Account) -> LeaseState:
        return self.fates.get(one.id, LEASED).state

    def _became(self, one: Account) -> str:
        return fate_in_words(self.fates.get(one.id, LEASED), self.person.now, self.person.timezone)
