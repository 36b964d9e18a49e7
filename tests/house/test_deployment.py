"""Units, manifests and the image agree with the program they start."""

from pathlib import Path
from typing import Any

import yaml

from watcher import __version__
from watcher.cli.parser import build_parser
from watcher.settings.locations import SYSTEM
from watcher.settings.secret_files import CREDENTIALS

ROOT = Path(__file__).parents[2]


def manifests() -> list[dict[str, Any]]:
    text = (ROOT / "kubernetes" / "cronjob.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load_all(text))


def pod() -> dict[str, Any]:
    (job,) = [each for each in manifests() if each["kind"] == "CronJob"]
    found: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def test_the_cronjob_runs_one_turn_at_a_time_and_leaves_retries_to_the_next() -> None:
    (job,) = [each["spec"] for each in manifests() if each["kind"] == "CronJob"]

    assert job["concurrencyPolicy"] == "Forbid"
    assert job["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert job["schedule"] == "*/15 * * * *"


def test_the_container_starts_a_command_that_there_is() -> None:
    (container,) = pod()["containers"]

    assert build_parser().parse_args(container["args"]).once
    assert container["image"] == f"lease-watcher:{__version__}"


def test_what_the_container_is_told_stands_where_it_is_mounted() -> None:
    (container,) = pod()["containers"]
    said = {each["name"]: each["value"] for each in container["env"]}
    mounted = {each["mountPath"] for each in container["volumeMounts"]}

    assert said["WATCHER_CONFIG"] == str(SYSTEM)
    assert {said[CREDENTIALS], said["STATE_DIRECTORY"], str(SYSTEM.parent)} == mounted


def test_the_container_may_do_nothing_it_need_not() -> None:
    (container,) = pod()["containers"]

    assert pod()["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_image_installs_what_is_pinned_and_runs_as_the_pods_user() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "--require-hashes -r /tmp/requirements.txt" in text
    assert f"USER {pod()['securityContext']['runAsUser']}" in text
