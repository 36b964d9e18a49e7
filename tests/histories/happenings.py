"""What can happen in a history: to the configuration, the API, the receivers, the world, and by people."""

import json
import math
import re
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.adapters.channels.post_office import Office
from tests.fakes.passing import PassingClock
from tests.histories.population import START, D, Population
from tests.histories.receivers import Receivers
from tests.histories.surfaces import DEFAULT_KEY, Account, Post, Project, Sandbox, faults
from tests.histories.transcript import Transcript

NAME = "lease-watcher.toml"


@dataclass(kw_only=True)
class Happenings:
    """Days count from the start of the history: `at(12.5, …)` is twelve and a half of them later.

    `configuration`: dotted TOML keys, each with its value as text; written whenever it changes.
    """

    clock: PassingClock
    sandbox: Sandbox
    people: Population
    receivers: Receivers
    office: Office
    folder: Path
    transcript: Transcript
    configuration: dict[str, str]
    _silent: set[str] = field(default_factory=set)

    def command(self, *words: str) -> int:
        """A person types it."""
        raise NotImplementedError

    def note(self) -> None:
        """Write down what came of everything since the last look."""
        raise NotImplementedError

    def configure(self, **changes: object) -> None:
        """Keys with `__` between levels, as in variables; None takes one away."""
        for key, value in changes.items():
            dotted = key.replace("__", ".")
            if value is None:
                self.configuration.pop(dotted, None)
            else:
                self.configuration[dotted] = toml(value)
        self._write()

    def at(self, day: float, *do: Callable[[], object]) -> None:
        for each in do:
            self.clock.at(START + day * D, each)

    def faulty(self, begin: float, end: float | None, *some: Any) -> None:
        """These faults meet the calls from one day on, until another if one is given."""
        self.at(begin, lambda: self._happens(f"faults: {', '.join(map(_named, some))}"))
        self.at(begin, lambda: self.sandbox.add_fault(*some))
        if end is not None:
            self.at(end, lambda: self._happens("faults over"), self.sandbox.clear_faults)

    def away(self, begin: float, end: float, path: str, status: int = 503) -> None:
        """A receiver answers with an error for a while."""
        self.at(begin, lambda: self._happens(f"{path} answers {status}"))
        self.at(begin, lambda: self.receivers.answers.update({path: status}))
        self.at(end, lambda: self._happens(f"{path} is back"))
        self.at(end, lambda: self.receivers.answers.pop(path))

    def no_mail(self, begin: float, end: float, answer: str = "451 4.3.0 try again later") -> None:
        self.at(begin, lambda: self._happens(f"mail: {answer}"))
        self.at(begin, lambda: setattr(self.office, "sender", answer))
        self.at(end, lambda: self._happens("mail is back"), lambda: setattr(self.office, "sender", "250 OK"))

    def says(self, day: float, *words: str) -> None:
        """A person types a command."""
        self.at(day, lambda: self.command(*words))

    def changes(self, day: float, account: str, **facts: Any) -> None:
        def change() -> None:
            self._happens(f"{account}: {', '.join(f'{name} = {value}' for name, value in facts.items())}")
            self.sandbox.edit(lambda world: world.with_changed_account(account, **facts))

        self.at(day, change)

    def reconfigures(self, day: float, **changes: object) -> None:
        """The file changes; a daemon that runs is told so."""
        self.at(day, lambda: self._happens(f"configuration: {changes}"))
        self.at(day, lambda: self.configure(**changes), self.hangup)

    def sets_clock(self, day: float, by: timedelta) -> None:
        self.at(day, lambda: self._happens(f"the clock is set by {by}"), lambda: self.clock.set_by(by))

    def changes_key(self, day: float, **facts: Any) -> None:
        def change() -> None:
            self._happens(f"the key: {facts or 'as it was'}")
            self.sandbox.edit(lambda world: world.with_key(replace(DEFAULT_KEY, **facts)))

        self.at(day, change)

    def moves_renewal(self, day: float, account: str, by: timedelta) -> None:
        def move() -> None:
            at = self.sandbox.world.accounts[account].next_renewal_at + by
            self._happens(f"{account} renews at {at}")
            self.sandbox.edit(lambda world: world.with_changed_account(account, next_renewal_at=at))

        self.at(day, move)

    def vanishes(self, day: float, *accounts: str) -> None:
        """They are gone, and not by us."""

        def vanish() -> None:
            self._happens(f"gone: {', '.join(accounts)}")
            for one in accounts:
                self.sandbox.edit(lambda world, one=one: world.without_account(one))  # type: ignore[misc]

        self.at(day, vanish)

    def leases_again(self, day: float, *, undone: bool = False) -> None:
        """What was released is leased anew under its old id; or, `undone`, its old lease goes on."""

        def lease() -> None:
            now = self.clock.true()
            for one in self.sandbox.world.accounts.values():
                if one.status != "disconnected":
                    continue
                self._happens(f"{one.id} is {'still' if undone else 'again'} leased")
                again = replace(one, status="assigned", disconnected_at=None, disconnected_reason=None)
                if not undone:
                    again = replace(again, assigned_at=now, next_renewal_at=now + 9 * D)
                self.sandbox.edit(lambda world, again=again: world.with_account(again))  # type: ignore[misc]

        self.at(day, lease)

    def appears(self, day: float, *, project: str, accounts: int) -> None:
        """A project that nobody configured."""

        def appear() -> None:
            self._happens(f"{project} appears")
            now = self.clock.true()
            new = Project(id=project, name=project, created_at=now - 30 * D)
            self.sandbox.edit(lambda world: world.with_project(new))
            for number in range(accounts):
                one = Account(
                    id=f"sa_{project}_{number}",
                    project=project,
                    handle=f"new.{number}",
                    assigned_at=now - D,
                    next_renewal_at=now + (9 + number) * D,
                )
                self.sandbox.edit(lambda world, one=one: world.with_account(one))  # type: ignore[misc]

        self.at(day, appear)

    def ends(self, day: float, project: str) -> None:
        """The API knows no such project any more."""
        self.faulty(day, None, faults.ServerError(path=project, status=404, code="NOT_FOUND"))

    def posts(self, day: float, account: str, status: str) -> None:
        def post() -> None:
            now, held = self.clock.true(), self.sandbox.world.accounts.get(account)
            self._happens(f"a post on {account}: {status}")
            if held is not None:
                at = now + 3 * D if status in ("queued", "draft") else now
                made = getattr(Post, status)(id=f"post_{account}_{now:%m%d%H%M}", account=held, at=at)
                self.sandbox.edit(lambda world: world.with_posts([made]))

        self.at(day, post)

    def calls_off(self, day: float, account: str) -> None:
        """What was to go out on it does not."""

        def call_off() -> None:
            self._happens(f"nothing goes out on {account}")
            off = [
                replace(one, status="canceled")
                for one in self.sandbox.world.posts_of(account)
                if one.status == "queued"
            ]
            self.sandbox.edit(lambda world: world.with_posts(off))

        self.at(day, call_off)

    def falls_silent(self, day: float, account: str) -> None:
        """Nobody posts on it from then on."""
        self.at(day, lambda: self._silent.add(account))

    def forgets_posts(self, day: float, project: str) -> None:
        """The API shows no post of a project any more."""

        def forget() -> None:
            self._happens(f"{project} shows no post")
            self.sandbox.edit(lambda world: replace(world, posts={**world.posts, project: ()}))

        self.at(day, forget)

    def also_lists(self, begin: float, end: float, account: str, project: str) -> None:
        """A project lists an account of another one too."""
        self.at(begin, lambda: self._happens(f"{project} lists {account} too"))
        self.at(begin, lambda: self.sandbox.add_fault(self._also_listed(account, project)))
        self.at(end, lambda: self._happens("faults over"), self.sandbox.clear_faults)

    def _also_listed(self, account: str, project: str, *, after: int = 0) -> Any:
        def mutate(body: dict[str, Any]) -> dict[str, Any]:
            one = self.sandbox.world.accounts[account]
            item = {
                "socialAccountId": one.id,
                "projectId": project,
                "status": "assigned",
                "handle": one.handle,
                "platform": one.platform,
                "followers": one.followers,
                "assignedAt": one.assigned_at.isoformat().replace("+00:00", "Z"),
                "nextRenewalAt": one.next_renewal_at.isoformat().replace("+00:00", "Z"),
                "monthlyPriceCents": one.price_cents,
            }
            return {**body, "items": [*body["items"], item]}

        return faults.Corrupt(path=f"{project}/leased-accounts", after=after, mutate=mutate)

    def loses_delete(self, day: float, *, took_effect: bool, until: float) -> None:
        """DELETEs are lost, and nothing that is read after one is readable, until another day."""
        lost = faults.LostAnswer if took_effect else faults.DropBefore

        def begin() -> None:
            before = self.sandbox.log.deletes_received

            def mutate(body: dict[str, Any]) -> dict[str, Any]:
                return {} if self.sandbox.log.deletes_received > before else body

            self.sandbox.add_fault(
                lost(method="DELETE"), faults.Corrupt(method="GET", path="/projects/", mutate=mutate)
            )

        self.at(day, lambda: self._happens(f"faults: {lost.__name__} of DELETEs, then nothing is readable"))
        self.at(day, begin)
        self.at(until, lambda: self._happens("faults over"), self.sandbox.clear_faults)

    def interrupts(self, day: float, project: str, do: Callable[[], object]) -> None:
        """Something happens in a turn between its reading of a project and the next, before a DELETE."""

        def mutate(body: dict[str, Any]) -> dict[str, Any]:
            do()
            return body

        self.faulty(day, None, faults.Corrupt(path=f"{project}/leased", after=1, times=1, mutate=mutate))

    def other_than(self, account: str) -> str:
        """A project that it is not in."""
        return next(one.id for one in self.people.fleet.projects if one.id != self.project_of(account))

    def also_lists_at_release(self, day: float, account: str) -> None:
        """Another project lists it too, from the second look of a turn on."""
        project = self.other_than(account)
        self.at(day, lambda: self._happens(f"{project} is to list {account} too"))
        self.at(day, lambda: self.sandbox.add_fault(self._also_listed(account, project, after=1)))
        self.at(day + 0.5, self.sandbox.clear_faults)

    def begins_anew(self, day: float, account: str) -> None:
        """Another lease of it begins, with the same renewal."""
        self.changes(day, account, assigned_at=START + day * D)

    def gone_at_delete(self, day: float, account: str) -> None:
        """Somebody else gives it back between our last look and our DELETE."""
        self.faulty(day, None, faults.ServerError(method="DELETE", times=1, status=404, code="NOT_FOUND"))

        def mutate(body: dict[str, Any]) -> dict[str, Any]:
            return {**body, "items": [one for one in body["items"] if one["socialAccountId"] != account]}

        lists = f"{self.project_of(account)}/leased"
        self.at(day, lambda: self.sandbox.add_fault(faults.Corrupt(path=lists, after=2, mutate=mutate)))

    def loses_ledger(self, day: float, name: str) -> None:
        def lose() -> None:
            self._happens(f"{name} is lost")
            for file in self.folder.glob(f"{name}*"):
                file.unlink()

        self.at(day, lose)

    def approves(self, day: float) -> None:
        """A person approves the docket that was told last, if one was."""

        def approve() -> None:
            docket = self.last_docket()
            if docket is not None:
                self.command("approve", docket, "--reason", "agreed with the agency", "--by", "jo")

        self.at(day, approve)

    def renewal_of(self, account: str) -> float:
        """When it first renews, in days from the start."""
        (found,) = (one for one in self.people.fleet.accounts if one.id == account)
        return (found.next_renewal_at - START) / D

    def project_of(self, account: str) -> str:
        (found,) = (one.project for one in self.people.fleet.accounts if one.id == account)
        return found

    def release_of(self, account: str, *, lead: float) -> int:
        """The day whose turn, one a day, is the first in the window of its first renewal; `lead` in hours."""
        return math.ceil(self.renewal_of(account) - lead / 24)

    def last_docket(self) -> str | None:
        """The short id that was told with the last halt to come."""
        for _, status, body in reversed(self.receivers.got):
            found = (
                re.search(r"lease-watcher approve ([0-9a-f]+)", json.dumps(body)) if status < 300 else None
            )
            if found:
                return found[1]
        return None

    def with_habit(self, habit: str) -> list[str]:
        """Ids of the accounts, soonest renewal first."""
        found = [one for one in self.people.fleet.accounts if self.people.habits[one.id] == habit]
        return [one.id for one in sorted(found, key=lambda one: one.next_renewal_at)]

    def hangup(self) -> None:
        if signal.getsignal(signal.SIGHUP) not in (signal.SIG_DFL, signal.SIG_IGN, None):
            signal.raise_signal(signal.SIGHUP)

    def _write(self) -> None:
        lines = [f"{key} = {value}" for key, value in self.configuration.items()]
        (self.folder / NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _happens(self, what: str) -> None:
        self.note()
        self.transcript.heading(self.clock.true(), f"[{what}]")


def toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(key)} = {toml(held)}" for key, held in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return json.dumps(value)


def _named(fault: Any) -> str:
    facts = {
        name: value
        for name, value in vars(fault).items()
        if value not in (None, "", 0, 1.0, False) and not callable(value)
    }
    return f"{type(fault).__name__}({', '.join(f'{name}={value!r}' for name, value in facts.items())})"
