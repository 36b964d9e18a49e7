"""What came of policy tests: every case in one line, and of each that fails what differs and why it is so."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from watcher.cli.render.decided import facts, step_in_words, trace
from watcher.cli.render.evidence_told import source_rows
from watcher.cli.render.machine import ruling_value
from watcher.cli.render.notes import section
from watcher.cli.render.sheet import BLANK, Line, in_columns, line, printed
from watcher.facts.health import HEALTH_NOT_ASKED
from watcher.rules.expectations import Mismatch, decided, in_a_file
from watcher.rules.plan import Decision, Mode
from watcher.rules.policy_cases import Expectation
from watcher.settings.policy_tests import PlacedCase
from watcher.texts.plain import plain
from watcher.texts.spans import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """A case, what is decided of it in a mode, and all that is not as expected."""

    placed: PlacedCase
    mode: Mode
    decision: Decision
    differs: tuple[Mismatch, ...]


def render_policy_tests(
    tried: Sequence[tuple[Path, Sequence[Tried]]],
    *,
    configuration: Path,
    timezone: tzinfo,
    width: int | None = None,
    color: bool = False,
) -> str:
    """Every file with its cases; those that fail with the judge's own trace."""
    lines: list[Line] = []
    for path, several in tried:
        lines.append(line(plain(str(path)), "bold"))
        for one in several:
            lines += _passed(one) if not one.differs else _failed(one, timezone)
        lines.append(BLANK)
    every = [one for _, several in tried for one in several]
    failed = sum(1 for one in every if one.differs)
    by = f"by {plain(str(configuration))}"
    told = (
        f"{failed:,} of {counted(len(every), 'case')} failed, {by}."
        if failed
        else f"{counted(len(every), 'case')} passed, {by}."
    )
    lines.append(line(told, "bold red" if failed else "bold green"))
    return printed(lines, width=width, color=color)


def _passed(one: Tried) -> Iterator[Line]:
    yield line(f"✓ {plain(one.placed.case.name)}", indent=2, hang=4)


def _failed(one: Tried, timezone: tzinfo) -> Iterator[Line]:
    placed, decision = one.placed, one.decision
    case = placed.case
    where = f" (line {placed.line})" if placed.line is not None else ""
    yield line(f"✗ {plain(case.name)}{where}", "bold red", indent=2, hang=4)
    rows = [("", "expected", "decided")]
    rows += [(each.key, plain(each.expected), plain(each.decided)) for each in one.differs]
    yield from (line(row, indent=4) for row in in_columns(rows, width=None))
    yield BLANK
    now, project = case.at, plain(placed.target.name)
    live = one.mode is Mode.ENFORCE
    below = [*facts(decision, project, now, timezone), *trace(decision, project, now, timezone)]
    below += section("Evidence", list(source_rows(decision.judgement, now, timezone)))
    below += section("Missing", list(_missing(decision)))
    below += section("Decision", [step_in_words(decision, now, timezone, live=live, braked=False)])
    yield from (_further_in(each) for each in below)
    yield BLANK


def _missing(decision: Decision) -> Iterator[str]:
    """What the case does not say, and its policies ask."""
    judgement = decision.judgement
    if not judgement.is_governed and judgement.contenders and judgement.subject.health == HEALTH_NOT_ASKED:
        tier = next(iter(judgement.contenders[0].match.health))
        yield (
            "Which policy governs it, its health says: a row of evidence such as "
            f'{{ source = "health", tier = "{tier.value}" }}.'
        )


def _further_in(one: Line) -> Line:
    return replace(one, parts=(("    ", ""), *one.parts), hang=one.hang + 4) if one.parts else one


def policy_tests_json(tried: Sequence[tuple[Path, Sequence[Tried]]], *, configuration: Path) -> str:
    """The same as one document, `"schema": "policy-tests/1"`; what is not expected is null."""
    every = [one for _, several in tried for one in several]
    document = {
        "schema": "policy-tests/1",
        "configuration": str(configuration),
        "cases": len(every),
        "failed": sum(1 for one in every if one.differs),
        "files": [{"file": str(path), "cases": [_value(one) for one in several]} for path, several in tried],
    }
    return json.dumps(document, indent=2) + "\n"


def _value(one: Tried) -> dict[str, Any]:
    return {
        "name": one.placed.case.name,
        "line": one.placed.line,
        "passed": not one.differs,
        "expected": _words(one.placed.case.expect),
        "decided": _words(decided(one.decision)),
        "differs": [each.key for each in one.differs],
        "rulings": [ruling_value(each) for each in one.decision.judgement.trace],
    }


def _words(said: Expectation) -> dict[str, str | None]:
    values = {each.name: getattr(said, each.name) for each in fields(said)}
    return {key: None if value is None else in_a_file(value) for key, value in values.items()}
