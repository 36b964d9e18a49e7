"""The dashboard for Grafana asks for what is measured, and shows all of it."""

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.metrics.test_exposition import samples

ROOT = Path(__file__).parents[3]
DASHBOARD = json.loads((ROOT / "config" / "dashboard.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = [one for one in DASHBOARD["panels"] if one["type"] != "row"]
ASKED = [(one["title"], target) for one in PANELS for target in one["targets"]]
LABELS: dict[str, set[str]] = {}
for _name, _labels in samples():
    LABELS.setdefault(_name, set()).update(label for label, _ in _labels)
FROM_PROMETHEUS = {"job", "instance"}


def metrics_in(text: str) -> set[str]:
    return set(re.findall(r"\blease_watcher_\w+", text))


@pytest.mark.parametrize(("title", "target"), ASKED, ids=lambda each: each if isinstance(each, str) else "")
def test_a_panel_asks_for_metrics_and_labels_that_there_are(title: str, target: dict[str, Any]) -> None:
    expr = target["expr"]
    asked = metrics_in(expr)
    assert asked
    assert asked - LABELS.keys() == set()

    words = re.findall(r"\bby \(([^)]*)\)", expr) + re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
    selected = re.findall(r"[{,]\s*(\w+)\s*=~?", expr)
    labels = {label.strip() for each in words for label in each.split(",")} | set(selected)
    there = set.union(*(LABELS[name] for name in asked))
    assert labels - FROM_PROMETHEUS - there == set()
    # Every selector is of the jobs that were chosen.
    assert expr.count('{job=~"$job"') == len(re.findall(r"lease_watcher_\w+", expr))


def test_every_metric_is_on_it() -> None:
    assert LABELS.keys() - set().union(*(metrics_in(target["expr"]) for _, target in ASKED)) == set()


def test_what_chooses_the_jobs_asks_for_a_metric_that_there_is() -> None:
    (job,) = [one for one in DASHBOARD["templating"]["list"] if one["name"] == "job"]
    assert metrics_in(json.dumps(job)) == {"lease_watcher_build_info"} & LABELS.keys()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.process
def test_promtool_reads_every_question(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    asked = [
        {"record": f"panel:{number}", "expr": target["expr"].replace("$job", ".*")}
        for number, (_, target) in enumerate(ASKED)
    ]
    rules.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": asked}]}), encoding="utf-8")
    done = subprocess.run(
        ["promtool", "check", "rules", str(rules)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_stand_beside_each_other_and_say_what_they_show() -> None:
    ids = [one["id"] for one in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert [one["title"] for one in PANELS if not one["description"].endswith(".")] == []
    places = [one["gridPos"] for one in DASHBOARD["panels"]]
    assert [place for place in places if place["x"] + place["w"] > 24] == []
    overlapping = [
        (one, other)
        for one, other in combinations(places, 2)
        if one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    ]
    assert overlapping == []


def test_it_names_no_data_source_of_ours() -> None:
    sources = {json.dumps(target["datasource"], sort_keys=True) for _, target in ASKED}
    assert sources == {'{"type": "prometheus", "uid": "${datasource}"}'}
