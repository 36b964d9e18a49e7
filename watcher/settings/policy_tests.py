"""Files of policy tests: read, with every mistake at once and where it stands; and one case, written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from typing import Any, Final

from watcher.adapters.evidence.catalog import SOURCES
from watcher.facts.accounts import ProjectId
from watcher.facts.health import HEALTH
from watcher.rules.policy_cases import CaseEvidence, PolicyCase, PolicyCases, instant
from watcher.rules.targets import Target
from watcher.settings.declare import REQUIRED, Option, Path, Rows, Table, declared, dotted
from watcher.settings.findings import Broken, Complaint, Finding, Places
from watcher.settings.mistakes import not_one_of
from watcher.settings.model import Settings
from watcher.settings.notation import FOREVER, toml
from watcher.settings.read.config_file import ConfigFile, text_of
from watcher.settings.read.sources import Source, merged
from watcher.settings.read.toml import Lines, UnusableToml, parsed

CASES: Final = Table(name="", of=PolicyCases)
"""All that may stand in such a file."""
SCHEMA: Final = "lease-watcher.policy-tests.schema.json"
"""What `lease-watcher schema policy-tests` is written to, beside the file."""
_HEAD: Final = f"""\
#:schema ./{SCHEMA}
# What `lease-watcher schema policy-tests` prints, in that file, lets an editor complete this one.
# `lease-watcher policy test FILE` decides every case by the configuration, and says what comes out otherwise.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedCase:
    """A case, the line on which it begins, and its project: as configured, or as discovery finds one."""

    case: PolicyCase
    line: int | None
    target: Target


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyFile:
    path: FilePath
    cases: tuple[PlacedCase, ...]


def read_policy_tests(
    path: FilePath, settings: Settings, *, may_be_empty: bool = False
) -> PolicyFile | tuple[Finding, ...]:
    """The cases of a file, or all that is wrong with it: by itself, and with what the configuration names."""
    found = text_of(ConfigFile(path=path, named="FILE"))
    if isinstance(found, Finding):
        return (found,)
    try:
        tables = parsed(found.text)
    except UnusableToml as error:
        return (Finding(file=str(path), line=error.line, key=error.key, message=str(error), fix=error.fix),)
    cases, complaints = _cases(tables, path, settings)
    if not (complaints or cases or may_be_empty):
        complaints.append(Complaint(path=(), message="holds no case", fix="write one as [[cases]]"))
    if complaints:
        places = Places(path=path, text=found.text, variables={}, files={})
        return places.findings(complaints)
    lines = Lines(found.text)
    return PolicyFile(
        path=path,
        cases=tuple(
            PlacedCase(case=case, line=lines.line_of(("cases", place)), target=target_of(case, settings))
            for place, case in enumerate(cases)
        ),
    )


def target_of(case: PolicyCase, settings: Settings) -> Target:
    """The project that a case names, or what a discovered one would be."""
    if case.project is None:
        return Target(
            id=ProjectId("discovered"),
            name="discovered",
            policies=settings.policies_for(None),
            enrolled=False,
        )
    project = settings.projects[case.project]
    return Target(
        id=ProjectId(project.id),
        name=case.project,
        policies=settings.policies_for(case.project),
        enrolled=project.enrolled,
    )


def _cases(
    tables: dict[str, Any], path: FilePath, settings: Settings
) -> tuple[tuple[PolicyCase, ...], list[Complaint]]:
    # What judges values is a library, which a file that is no TOML does not need.
    from watcher.settings.validate import Validation

    validation = Validation(merged((Source(tables=tables),)), (path.parent, {}), CASES, frozenset())
    cases: tuple[PolicyCase, ...] = validation.values().get("cases", ())
    complaints = list(validation.complaints)
    broken = Broken(each.path for each in complaints)
    for place, (case, given) in enumerate(_beside(cases, tables.get("cases"))):
        here: Path = ("cases", place)
        complaints += _of_names(case, here, settings)
        for row, (said, written) in enumerate(_beside(case.evidence, given.get("evidence"))):
            at: Path = (*here, "evidence", row)
            if said.source not in SOURCES:
                complaints.append(not_one_of((*at, "source"), said.source, SOURCES))
            if not (broken.touches(at) or broken.touches((*here, "now"))):
                complaints += _of_evidence(said, written.keys(), at, case.at)
    return cases, complaints


def _beside(values: Sequence[Any], given: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Each value with the table that it was read from; none where a row was no table, and is left out."""
    if isinstance(given, list) and len(given) == len(values):
        yield from zip(values, given, strict=True)


def _of_names(case: PolicyCase, at: Path, settings: Settings) -> Iterator[Complaint]:
    """The names in a case that the configuration does not know."""
    if case.project is None and not settings.discovery.enabled:
        fix = "add `project = …`: the configuration discovers none"
        yield Complaint(path=(*at, "project"), message="is missing", fix=fix)
    elif case.project is not None and case.project not in settings.projects:
        yield not_one_of((*at, "project"), case.project, settings.projects)
    policy = case.expect.policy
    if policy is not None and policy not in settings.policies:
        yield not_one_of((*at, "expect", "policy"), policy, settings.policies)


def _of_evidence(row: CaseEvidence, given: Collection[str], at: Path, now: datetime) -> Iterator[Complaint]:
    """What a row says of use, or of health, does not go together, or cannot be."""
    if row.source == HEALTH or row.tier is not None:
        yield from _of_health(row, given, at)
        return
    if row.unknown is not None and ("use" in given or "at" in given):
        yield Complaint(
            path=(*at, "unknown"), message="is given beside what was seen", fix="keep one of the two"
        )
    elif row.unknown is None and row.at is None and not row.use.ongoing:
        yield Complaint(
            path=at, message="does not say when that was", fix='add `at = …`, or write unknown = "unreadable"'
        )
    elif row.at is not None and instant(row.at) > now:
        yield Complaint(
            path=(*at, "at"),
            message="is after `now`: what has not happened yet is never believed",
            fix='correct it, or write unknown = "future_time"',
        )


def _of_health(row: CaseEvidence, given: Collection[str], at: Path) -> Iterator[Complaint]:
    """Health is no use: it has a tier, or nobody knows it."""
    if row.source != HEALTH:
        yield Complaint(
            path=(*at, "tier"), message="is said by no source but health", fix='add source = "health"'
        )
    elif "use" in given or "at" in given:
        key = "use" if "use" in given else "at"
        yield Complaint(path=(*at, key), message="is of use, and health is none", fix='write tier = "hot"')
    elif (row.tier is None) is (row.unknown is None):
        fix = 'write one of tier = "hot" and unknown = "unreadable"'
        yield Complaint(path=at, message="does not say how healthy it is", fix=fix)


def with_case(text: str | None, case: PolicyCase) -> str:
    """A file with one more case at its end; None: there is none yet."""
    before = _HEAD if text is None else f"{text.rstrip()}\n" if text.strip() else ""
    lines = "\n".join(_table(("cases",), case, rows=True))
    return f"{before}\n{lines}\n".lstrip("\n")


def _table(path: tuple[str, ...], value: Any, *, rows: bool = False) -> Iterator[str]:
    """What of a table is not its default, and the tables below it."""
    name = dotted(path)
    yield f"[[{name}]]" if rows else f"[{name}]"
    owner: type = type(value)
    keys = declared(owner)
    for key, option in keys.items():
        if isinstance(option, Option) and (text := _written(getattr(value, key), option)) is not None:
            yield f"{key} = {text}"
    for key, below in keys.items():
        held = getattr(value, key)
        if isinstance(below, Table) and (below.required or held != below.of()):
            yield from ("", *_table((*path, key), held))
        elif isinstance(below, Rows):
            for each in held:
                yield from ("", *_table((*path, key), each, rows=True))


def _written(value: Any, option: Option) -> str | None:
    if value is None and option.default is REQUIRED:
        return toml(FOREVER)
    if value is None or value == option.default:
        return None
    return toml(value)
