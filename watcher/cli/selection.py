"""Which accounts an audit shows: what was asked for, checked before anything is read where that can be."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Final

from watcher.cli.alike import instead
from watcher.cli.configured import Keyed
from watcher.cli.process import Stop
from watcher.decide.report import Report
from watcher.facts.handles import folded, matching
from watcher.record.exit_codes import Exit
from watcher.record.reasons import Reason
from watcher.rules.judge import Usage, Verdict
from watcher.rules.plan import Decision
from watcher.settings.notation import as_typed, duration_of
from watcher.texts.letters import letters
from watcher.texts.plain import plain

_WILD: Final = frozenset("*?[")


def one_of(words: type[StrEnum], what: str) -> Callable[[str], str]:
    """A word of a closed list, as the command line has it: `in-use` is `in_use`."""

    def read(written: str) -> str:
        word = written.strip().casefold().replace("-", "_").replace(" ", "_")
        known = [each.value for each in words]
        if word not in known:
            raise ArgumentTypeError(f"there is no {what} {written}; {instead(word, known)}")
        return word

    return read


def declare_selection(command: ArgumentParser) -> None:
    closed: tuple[tuple[str, type[StrEnum], str, str], ...] = (
        ("--use", Usage, "use", "show only what is so today"),
        (
            "--verdict",
            Verdict,
            "verdict",
            "show only what is kept, as it is used; what will renew without known use; or what is to go",
        ),
        ("--reason", Reason, "reason", "show only what is judged or planned for this reason"),
    )
    command.add_argument(
        "--project", action="append", metavar="NAME", help="show only this project, by name or id; repeatable"
    )
    for option, words, what, help_ in closed:
        command.add_argument(
            option,
            action="append",
            type=one_of(words, what),
            choices=[each.value for each in words],
            metavar=what.upper() if words is Reason else None,
            help=f"{help_}; repeatable",
        )
    command.add_argument(
        "--policy", action="append", metavar="NAME", help="show only what it governs; repeatable"
    )
    command.add_argument("--platform", action="append", metavar="NAME", help="such as tiktok; repeatable")
    command.add_argument("--handle", action="append", metavar="GLOB", help="such as '@brand.*'; repeatable")
    command.add_argument("--due-within", metavar="SPAN", help="renewals within, such as 7d or 36h")


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """An account is shown that fits every option given, and of each any of its words."""

    projects: frozenset[str]
    usages: frozenset[str]
    verdicts: frozenset[str]
    reasons: frozenset[str]
    policies: frozenset[str]
    platforms: tuple[str, ...]
    handles: tuple[str, ...]
    until: datetime | None

    def wants(self, decision: Decision) -> bool:
        account, judgement = decision.account, decision.judgement
        policy = judgement.policy
        return (
            (not self.projects or account.project in self.projects)
            and (not self.usages or judgement.usage.value in self.usages)
            and (not self.verdicts or judgement.verdict.value in self.verdicts)
            and (not self.reasons or not self.reasons.isdisjoint({decision.reason, judgement.reason}))
            and (not self.policies or (policy is not None and policy.name in self.policies))
            and (not self.platforms or letters(account.platform) in map(letters, self.platforms))
            and (not self.handles or matching(account.handle, self.handles) is not None)
            and (self.until is None or account.renews_at <= self.until)
        )

    def narrowed(self, report: Report) -> Collection[Decision]:
        """What is shown of a report. Raises `Stop` for a name that no account of it has.

        Of a fleet that was not read whole that cannot be told.
        """
        if report.trouble is None and not report.unread:
            self._require_met(report)
        return _Wanted(report.decisions, self.wants)

    def _require_met(self, report: Report) -> None:
        if self.platforms and not report.quarantined:
            met = (one.account.platform for one in report.decisions)
            platforms = {letters(platform): platform for platform in met if platform}
            for name in self.platforms:
                if letters(name) not in platforms:
                    raise _unknown("--platform", name, "account on that platform", platforms.values())
        if names := [glob for glob in self.handles if not _WILD.intersection(glob)]:
            accounts = (one.account.handle for one in report.decisions)
            named = chain(accounts, (one.handle for one in report.quarantined))
            handles = {folded(handle): handle for handle in named if handle}
            for name in names:
                if folded(name) not in handles:
                    raise _unknown("--handle", name, "account of that handle", handles.values())


class _Wanted(Collection[Decision]):
    """Those of the decisions that are wanted, found anew each time: none of them is kept."""

    def __init__(self, decisions: Collection[Decision], wants: Callable[[Decision], bool]) -> None:
        self._decisions = decisions
        self._wants = wants

    def __iter__(self) -> Iterator[Decision]:
        return filter(self._wants, self._decisions)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __contains__(self, decision: object) -> bool:
        return any(one == decision for one in self)


def selection_of(options: Namespace, with_key: Keyed, now: datetime) -> Selection:
    """Raises `Stop` for a word that means nothing."""
    for name in options.policy or ():
        if name not in with_key.settings.policies:
            raise _unknown("--policy", name, "such policy", with_key.settings.policies)
    until: datetime | None = None
    if options.due_within is not None:
        try:
            until = now + duration_of(options.due_within)
        except ValueError as error:
            raise Stop(Exit.USAGE, f"--due-within {plain(options.due_within)}: {as_typed(error)}") from None
    return Selection(
        projects=frozenset(_project_id(name, with_key) for name in options.project or ()),
        usages=frozenset(options.use or ()),
        verdicts=frozenset(options.verdict or ()),
        reasons=frozenset(options.reason or ()),
        policies=frozenset(options.policy or ()),
        platforms=tuple(options.platform or ()),
        handles=tuple(options.handle or ()),
        until=until,
    )


def _project_id(name: str, with_key: Keyed) -> str:
    """A configured project by its name; anything else is taken for an id, which discovery may have found."""
    projects = with_key.settings.projects
    project = projects.get(name)
    known = with_key.settings.discovery.enabled or name in {each.id for each in projects.values()}
    if project is None and not known:
        raise _unknown("--project", name, "such project", projects)
    return name if project is None else project.id


def _unknown(option: str, written: str, what: str, known: Iterable[str]) -> Stop:
    near = instead(written, list(dict.fromkeys(known)))
    return Stop(Exit.USAGE, f"{option} {plain(written)}: there is no {what}; {near}")
