"""`unhold`: ends every hold on accounts that was said here."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace

from watcher.cli.accounts import with_id
from watcher.cli.arguments import configuration, reason_and_name, several_accounts
from watcher.cli.person import Person, speaking
from watcher.cli.process import Process, Stop
from watcher.facts.accounts import Account
from watcher.facts.handles import name_of
from watcher.messages.fates import fate_in_words
from watcher.record.exit_codes import Exit
from watcher.record.fates import LEASED, Fates, is_released
from watcher.record.overrides import Override, OverrideKind, Overrides
from watcher.texts.spans import counted
from watcher.wiring.orders import configured_holds


def declare(command: ArgumentParser) -> None:
    configuration(command)
    several_accounts(command)
    reason_and_name(command)


def run(options: Namespace, process: Process) -> Exit:
    """A hold of the configuration can only be ended there."""
    with speaking(options, process) as person:
        chosen = person.accounts(options)
        written = configured_holds(person.settings)
        overrides = person.ledger.fleet(person.now).overrides
        # Whatever became of them is said first: an account that is gone is not just not held.
        fates = person.ledger.fates([one.id for one in chosen.accounts])
        gone = [one for one in chosen.accounts if is_released(fates, one.id)]
        free = [
            one
            for one in chosen.accounts
            if one not in gone and overrides.hold_on(one.id, person.now) is None
        ]
        held = [one for one in chosen.accounts if one not in gone and one not in free]
        # Who says a pattern means those of them that are held.
        left = [*_gone(gone, fates, person), *([] if chosen.by and held else _free(free, written, person))]
        if not held:
            raise Stop(Exit.USAGE, "\n".join((*left, "Nothing was recorded.")))
        if options.dry_run:
            person.show(replace(chosen, accounts=held))
            process.say(f"{counted(len(held), 'account')} would be held no more. Nothing was recorded.")
            return Exit.DONE
        words = [
            Override(
                kind=OverrideKind.UNHOLD,
                at=person.after(overrides.about(one.id)),
                by=person.by,
                why=person.why,
                account=one.id,
            )
            for one in held
        ]
        fates = person.append(words)
        late = [one for one in held if is_released(fates, one.id)]
        done = [one for one in held if one not in late]
        if not done:
            raise Stop(Exit.USAGE, "\n".join((*_gone(late, fates, person), *left, "Nothing was recorded.")))
        person.show(replace(chosen, accounts=done))
        person.tell("\n".join((*_done(done, written, fates, person), *_gone(late, fates, person), *left)))
        return Exit.USAGE if (late or left) and not chosen.by else Exit.DONE


def _done(done: Sequence[Account], written: Overrides, fates: Fates, person: Person) -> list[str]:
    if len(done) == 1:
        text = [f"{with_id(done[0])} is no longer held.{_stays(done[0], written, person)} "]
    else:
        text = [f"{counted(len(done), 'account')} are no longer held.", *_stay(done, written, person)]
    text[0] = f"{text[0].rstrip()} A release must be announced anew."
    for one in done:
        if became := fate_in_words(fates.get(one.id, LEASED), person.now, person.timezone):
            text.append(f"{with_id(one)} {became}.")
    return text


def _free(free: Sequence[Account], written: Overrides, person: Person) -> list[str]:
    return [
        f"{name_of(one.handle, one.id)} is not held by a `hold`.{_stays(one, written, person)}"
        for one in free
    ]


def _gone(gone: Sequence[Account], fates: Fates, person: Person) -> list[str]:
    return [f"{with_id(one)} {fate_in_words(fates[one.id], person.now, person.timezone)}." for one in gone]


def _stay(done: Sequence[Account], written: Overrides, person: Person) -> list[str]:
    return [
        f"{name_of(one.handle, one.id)}:{stays}" for one in done if (stays := _stays(one, written, person))
    ]


def _stays(one: Account, written: Overrides, person: Person) -> str:
    held = written.hold_on(one.id, person.now) is not None
    return " It stays held by [[holds]] in the configuration." if held else ""
