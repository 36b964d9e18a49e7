"""Findings of a configuration check: where, what, did you mean, what to do."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from watcher.cli.render.sheet import Line, cells, line, printed
from watcher.cli.streams import READABLE
from watcher.settings.findings import Finding
from watcher.texts.plain import plain
from watcher.texts.spans import counted


def render_findings(findings: Sequence[Finding], width: int | None = None) -> str:
    """One row each, in columns, with its fix below; then how many of each severity there are.

    Where a terminal is narrower, what is wrong stands below where it is.
    """
    if not findings:
        return "No mistakes found.\n"
    heads = [(_place(one), plain(one.key)) for one in findings]
    place_width = max(len(place) for place, _ in heads)
    key_width = max(len(key) for _, key in heads)
    rows, below = list[Line](), list[Line]()
    for one, (place, key) in zip(findings, heads, strict=True):
        wrong = _wrong(one)
        rows.append(line(f"{place:<{place_width}}  {key:<{key_width}}  {wrong}"))
        below += [line(f"{place}  {key}"), line(wrong, indent=4)]
        if one.fix:
            rows.append(line(f"{'':<{place_width}}  fix: {plain(one.fix)}"))
            below.append(line(f"fix: {plain(one.fix)}", indent=4))
    narrow = width is not None and any(cells(one.parts[0][0]) > min(width, READABLE) for one in rows)
    count = line(_count(findings))
    return printed((*(below if narrow else rows), count), width=width, color=False)


def in_one_line(one: Finding) -> str:
    """`lease-watcher.toml:12 brakes.max_share: is no share — …; fix: …`."""
    where = " ".join(filter(None, (_place(one), plain(one.key))))
    return f"{where}: {_wrong(one)}{f'; fix: {plain(one.fix)}' if one.fix else ''}"


def _wrong(one: Finding) -> str:
    severity = "" if one.severity == "error" else f"{one.severity}: "
    meant = f" — did you mean {plain(one.suggestion)}?" if one.suggestion else ""
    return f"{severity}{plain(one.message)}{meant}"


def findings_json(findings: Iterable[Finding]) -> str:
    """One document, `"schema": "findings/1"`."""
    document = {"schema": "findings/1", "findings": [finding_value(one) for one in findings]}
    return json.dumps(document, indent=2) + "\n"


def finding_value(one: Finding) -> dict[str, Any]:
    return {
        "severity": str(one.severity),
        "file": one.file,
        "line": one.line,
        "key": one.key,
        "message": one.message,
        "suggestion": one.suggestion,
        "fix": one.fix,
    }


def _place(one: Finding) -> str:
    return plain(":".join(str(part) for part in (one.file, one.line) if part is not None)) or "(environment)"


def _count(findings: Sequence[Finding]) -> str:
    severities = [str(one.severity) for one in findings]
    return ", ".join(counted(severities.count(each), each) for each in dict.fromkeys(severities))
