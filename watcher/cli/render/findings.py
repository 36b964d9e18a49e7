"""Findings of a configuration check: where, what, did you mean, what to do."""

import json
from collections.abc import Iterable, Sequence

from watcher.settings.findings import Finding
from watcher.texts.plain import plain


def render_findings(findings: Sequence[Finding]) -> str:
    """One row each, in columns, with its fix below; then how many of each severity there are."""
    if not findings:
        return "No mistakes found.\n"
    heads = [(_place(one), plain(one.key)) for one in findings]
    place_width = max(len(place) for place, _ in heads)
    key_width = max(len(key) for _, key in heads)
    rows = []
    for one, (place, key) in zip(findings, heads, strict=True):
        severity = "" if one.severity == "error" else f"{one.severity}: "
        meant = f" — did you mean {plain(one.suggestion)}?" if one.suggestion else ""
        rows.append(f"{place:<{place_width}}  {key:<{key_width}}  {severity}{plain(one.message)}{meant}")
        if one.fix:
            rows.append(f"{'':<{place_width}}  fix: {plain(one.fix)}")
    rows.append(_count(findings))
    return "\n".join(row.rstrip() for row in rows) + "\n"


def findings_json(findings: Iterable[Finding]) -> str:
    """One document, `"schema": "findings/1"`."""
    document = {
        "schema": "findings/1",
        "findings": [
            {
                "severity": str(one.severity),
                "file": one.file,
                "line": one.line,
                "key": one.key,
                "message": one.message,
                "suggestion": one.suggestion,
                "fix": one.fix,
            }
            for one in findings
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _place(one: Finding) -> str:
    return plain(":".join(str(part) for part in (one.file, one.line) if part is not None)) or "(environment)"


def _count(findings: Sequence[Finding]) -> str:
    words = []
    for severity in dict.fromkeys(str(one.severity) for one in findings):
        number = sum(one.severity == severity for one in findings)
        words.append(f"{number} {severity}{'' if number == 1 else 's'}")
    return ", ".join(words)
