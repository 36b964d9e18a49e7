"""`hold`: accounts are not released, whatever their policy says."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from watcher.cli.accounts import Chosen, with_id
from watcher.cli.arguments import UNSAID, configuration, reason_and_name, several_accounts
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.cli.render.holds import hold_costs
from watcher.facts.accounts import Account, AccountId
from watcher.messages.fates import fate_in_words
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, LeaseState, is_released
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.plain import at_handle, plain
from watcher.texts.spans import counted


def declare(command: ArgumentParser) -> None:
    command.description = (
        f"{command.description} From now on; a campaign that is known beforehand may stand in [[pauses]] of "
        "the configuration, for its projects."
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


def run(options: Namespace, process: Process) -> Exit:
    """Without `--until` to the end of the lease period: a hold that is forgotten costs one month, not all.

    Where the renewal is moved, the hold goes with it (`decide/project.py`).
    """
    with speaking(options, process) as person:
        chosen = person.accounts(options)
        fates = person.ledger.fates([one.id for one in chosen.accounts])
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
        who = ", ".join(at_handle(one.handle) for one in past)
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
        who = at_handle(self.noted[0].handle) if one else counted(len(self.noted), "account")
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
