"""Findings of a check: where, what, did you mean, what to do."""

import json

from watcher.cli.render.findings import findings_json, render_findings
from watcher.settings.findings import Finding, Gravity

FINDINGS = (
    Finding(
        severity=Gravity.ERROR,
        file="lease-watcher.toml",
        line=14,
        key="brakes.max_relases",
        message="unknown key",
        suggestion="max_releases",
        fix="rename it",
    ),
    Finding(
        severity=Gravity.WARNING,
        file=None,
        line=None,
        key="WATCHER_X",
        message="unused\x1b[31m",
    ),
)


def test_findings_stand_in_columns_with_the_fix_below() -> None:
    assert render_findings(FINDINGS) == (
        "lease-watcher.toml:14  brakes.max_relases  unknown key — did you mean max_releases?\n"
        "                       fix: rename it\n"
        "(environment)          WATCHER_X           warning: unused\N{REPLACEMENT CHARACTER}[31m\n"
        "1 error, 1 warning\n"
    )


def test_no_finding_is_good_news() -> None:
    assert render_findings(()) == "No mistakes found.\n"


def test_findings_for_machines() -> None:
    document = json.loads(findings_json(FINDINGS[:1]))

    assert document == {
        "schema": "findings/1",
        "findings": [
            {
                "severity": "error",
                "file": "lease-watcher.toml",
                "line": 14,
                "key": "brakes.max_relases",
                "message": "unknown key",
                "suggestion": "max_releases",
                "fix": "rename it",
            }
        ],
    }
