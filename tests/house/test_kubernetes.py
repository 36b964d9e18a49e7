"""What `kubectl kustomize` makes of each overlay is valid, restricted and wired to our exit codes."""

import functools
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.builders import NOW
from tests.first_process import ended_as_the_first_process
from watcher import __version__
from watcher.cli.parser import build_parser
from watcher.record.exit_codes import Exit
from watcher.rules.shards import shard_of
from watcher.settings.load import Good, load
from watcher.settings.needs import nobody_told
from watcher.settings.read.config_file import SYSTEM
from watcher.settings.read.secrets import CREDENTIALS

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "kubernetes"
OVERLAYS = sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
ALL = ["base", *(f"overlays/{name}" for name in OVERLAYS)]
CRONJOBS = [name for name in ALL if name != "overlays/daemon"]
VERSIONS = ("1.31", "1.34", kubernetes_validate.latest_version().rpartition(".")[0])
"""The oldest with every field that is used, without a feature gate; a later one; the newest that is known."""

NOT_MENDED_BY_TRYING = {
    Exit.USAGE,
    Exit.REFUSED,
    Exit.OUTCOME_UNKNOWN,
    Exit.BRAKED,
    Exit.MISSED,
    Exit.KEY,
    Exit.CONFIGURATION,
}
Json = dict[str, Any]

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl (for its kustomize)")


def build(folder: Path) -> str:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@functools.cache
def built(name: str) -> tuple[Json, ...]:
    return tuple(yaml.safe_load_all(build(KUBERNETES / name)))


def the(name: str, kind: str) -> Json:
    (found,) = [each for each in built(name) if each["kind"] == kind]
    return found


def job(name: str) -> Json:
    found: Json = the(name, "CronJob")["spec"]["jobTemplate"]["spec"]
    return found


def pods(name: str) -> Iterator[Json]:
    """Every pod template."""
    for each in built(name):
        match each["kind"]:
            case "CronJob":
                yield each["spec"]["jobTemplate"]["spec"]["template"]
            case "Deployment":
                yield each["spec"]["template"]


def containers(name: str) -> Iterator[Json]:
    for pod in pods(name):
        yield from pod["spec"]["containers"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ALL)
def test_the_schemas_know_every_field(name: str, version: str) -> None:
    for each in built(name):
        kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("name", CRONJOBS)
def test_one_turn_at_a_time_and_none_that_never_ends(name: str) -> None:
    spec = the(name, "CronJob")["spec"]

    assert (spec["concurrencyPolicy"], spec["timeZone"]) == ("Forbid", "Etc/UTC")
    assert spec["schedule"] == "*/15 * * * *"
    # Below 10 s the controller may never see the moment; from one poll on, the next turn is due.
    assert 10 <= spec["startingDeadlineSeconds"] < 15 * 60
    assert 0 < job(name)["activeDeadlineSeconds"] <= 3600


@pytest.mark.parametrize("name", CRONJOBS)
def test_what_trying_again_does_not_mend_is_not_tried_again(name: str) -> None:
    rules = job(name)["podFailurePolicy"]["rules"]
    (failing,) = [each for each in rules if "onExitCodes" in each]
    on = failing["onExitCodes"]

    assert {Exit(code) for code in on["values"]} == NOT_MENDED_BY_TRYING
    assert on["values"] == sorted(on["values"])
    assert on["operator"] == "In"
    assert on["containerName"] in {each["name"] for each in containers(name)}
    assert failing["action"] == ("FailIndex" if name == "overlays/indexed" else "FailJob")


@pytest.mark.parametrize("name", CRONJOBS)
def test_an_eviction_is_no_failure_of_the_turn(name: str) -> None:
    first, *_ = job(name)["podFailurePolicy"]["rules"]

    assert first == {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}


@pytest.mark.parametrize("name", CRONJOBS)
def test_a_failure_policy_stands_where_it_may(name: str) -> None:
    """The API server refuses it with any other restart policy, and any other replacement policy with it."""
    assert job(name)["template"]["spec"]["restartPolicy"] == "Never"
    assert job(name)["podReplacementPolicy"] == "Failed"


def test_a_shard_that_fails_ends_no_other() -> None:
    spec = job("overlays/indexed")

    assert spec["completionMode"] == "Indexed"
    assert spec["backoffLimitPerIndex"] == job("base")["backoffLimit"]
    assert spec["maxFailedIndexes"] >= spec["completions"]
    assert "backoffLimit" not in spec
    assert spec["parallelism"] == spec["completions"]


def test_the_indexes_are_the_shards() -> None:
    spec = job("overlays/indexed")
    (container,) = spec["template"]["spec"]["containers"]
    for index in range(spec["completions"]):
        words = [word.replace("$(JOB_COMPLETION_INDEX)", str(index)) for word in container["args"]]
        assert build_parser().parse_args(words).shard == shard_of(f"{index}/{spec['completions']}")


@pytest.mark.parametrize("name", ALL)
def test_every_container_starts_a_command_that_there_is(name: str) -> None:
    for container in containers(name):
        assert container["image"] == f"lease-watcher:{__version__}"
        if "command" in container:
            assert container["command"][-1].endswith("sleep infinity & wait")
            continue
        words = [word.replace("$(JOB_COMPLETION_INDEX)", "0") for word in container["args"]]
        assert build_parser().parse_args(words).command == "run"


@pytest.mark.parametrize("name", CRONJOBS)
def test_the_termination_message_is_the_turn(name: str) -> None:
    (container,) = job(name)["template"]["spec"]["containers"]
    place = container["args"][container["args"].index("--summary-file") + 1]

    assert place == container["terminationMessagePath"]
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"


@pytest.mark.parametrize("name", ALL)
def test_pods_meet_the_restricted_standard_and_more(name: str) -> None:
    for pod in pods(name):
        spec = pod["spec"]
        assert not spec.keys() & {"hostNetwork", "hostPID", "hostIPC", "initContainers"}
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert all(
            volume.keys() & {"configMap", "secret", "persistentVolumeClaim"} for volume in spec["volumes"]
        )
    for container in containers(name):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "limits" in container["resources"]


@pytest.mark.parametrize("name", ALL)
def test_the_account_of_the_pods_has_no_token(name: str) -> None:
    assert the(name, "ServiceAccount")["automountServiceAccountToken"] is False
    assert {pod["spec"]["serviceAccountName"] for pod in pods(name)} == {"lease-watcher"}


@pytest.mark.parametrize("name", ALL)
def test_secrets_are_files_and_never_variables(name: str) -> None:
    for container in containers(name):
        assert "envFrom" not in container
        assert all(each.keys() == {"name", "value"} for each in container["env"])


@pytest.mark.parametrize("name", ALL)
def test_what_the_program_is_told_stands_where_it_is_mounted(name: str) -> None:
    for container in containers(name):
        said = {each["name"]: each["value"] for each in container["env"]}
        mounted = {each["mountPath"] for each in container["volumeMounts"]}
        told = {said[CREDENTIALS], str(Path(said["WATCHER_CONFIG"]).parent)}

        assert said["WATCHER_CONFIG"] == str(SYSTEM)
        assert told | ({said["STATE_DIRECTORY"]} if "STATE_DIRECTORY" in said else set()) == mounted


def missing(pod: Json) -> set[str]:
    """Volumes that are mounted and not declared: the API server refuses such a pod."""
    declared = {volume["name"] for volume in pod["spec"]["volumes"]}
    mounted = {m["name"] for container in pod["spec"]["containers"] for m in container["volumeMounts"]}
    return mounted - declared


def test_the_base_alone_is_refused_for_its_ledger_would_be_lost_with_each_pod() -> None:
    assert [missing(pod) for pod in pods("base")] == [{"state"}]


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_says_where_the_ledger_is(name: str) -> None:
    assert {frozenset(missing(pod)) for pod in pods(f"overlays/{name}")} == {frozenset()}


@pytest.mark.parametrize("name", ["pvc-sqlite", "daemon"])
def test_the_volume_is_for_one_pod_at_a_time(name: str) -> None:
    claim = the(f"overlays/{name}", "PersistentVolumeClaim")
    used = [
        volume["persistentVolumeClaim"]["claimName"]
        for pod in pods(f"overlays/{name}")
        for volume in pod["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    ]

    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert set(used) == {claim["metadata"]["name"]}


def test_the_daemon_is_one_and_never_two() -> None:
    daemon = the("overlays/daemon", "Deployment")["spec"]

    assert daemon["replicas"] == 1
    assert daemon["strategy"] == {"type": "Recreate"}
    assert "CronJob" not in {each["kind"] for each in built("overlays/daemon")}


def test_the_daemon_is_asked_how_it_is_where_it_listens() -> None:
    (container,) = containers("overlays/daemon")
    (port,) = container["ports"]
    asked = {probe: said["httpGet"] for probe, said in container.items() if probe.endswith("Probe")}

    assert asked == {
        "startupProbe": {"path": "/healthz", "port": port["name"]},
        "livenessProbe": {"path": "/healthz", "port": port["name"]},
        "readinessProbe": {"path": "/readyz", "port": port["name"]},
    }
    assert {"name": "WATCHER_HEALTH__LISTEN", "value": f"[::]:{port['containerPort']}"} in container["env"]


@pytest.mark.parametrize("name", [f"overlays/{name}" for name in OVERLAYS if name != "daemon"])
def test_the_console_rests_until_it_is_wanted_and_sees_what_the_turns_see(name: str) -> None:
    turns, console = sorted(pods(name), key=lambda pod: "command" in pod["spec"]["containers"][0])
    (deployment,) = [each for each in built(name) if each["metadata"]["name"] == "lease-watcher-console"]

    assert deployment["spec"]["replicas"] == 0
    for pod in (console, turns):
        pod["spec"]["volumes"].sort(key=lambda volume: volume["name"])
    assert console["spec"]["volumes"] == turns["spec"]["volumes"]
    for part in ("env", "volumeMounts"):
        assert console["spec"]["containers"][0][part] == turns["spec"]["containers"][0][part]


def test_the_console_ends_when_it_is_asked_to() -> None:
    """As the first process of its pod `sleep` heard no SIGTERM: every end took the whole grace period."""
    (container,) = [one for one in containers("overlays/pvc-sqlite") if "command" in one]

    assert ended_as_the_first_process(*container["command"]) == 0
    assert ended_as_the_first_process("sleep", "infinity", seconds=0.5) is None


@pytest.mark.parametrize("name", ALL)
def test_nobody_may_come_in_but_for_the_daemons_metrics_and_every_pod_is_meant(name: str) -> None:
    policies = [each["spec"] for each in built(name) if each["kind"] == "NetworkPolicy"]
    for spec in policies:
        wanted = spec["podSelector"]["matchLabels"].items()
        assert all(wanted <= pod["metadata"]["labels"].items() for pod in pods(name))
    let_in = [rule for spec in policies for rule in spec.get("ingress", [])]

    assert any("Ingress" in spec["policyTypes"] for spec in policies)
    if name == "overlays/daemon":
        (rule,) = let_in
        assert rule["ports"] == [{"port": "health", "protocol": "TCP"}]
        assert rule["from"] == [
            {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}
        ]
    else:
        assert let_in == []


@pytest.mark.parametrize("name", ["base", "overlays/daemon"])
def test_a_release_under_way_is_waited_for(name: str) -> None:
    """10 s for the request, then up to 60 s until the lists show it."""
    turns = [pod["spec"] for pod in pods(name) if "args" in pod["spec"]["containers"][0]]

    assert [spec["terminationGracePeriodSeconds"] >= 120 for spec in turns] == [True]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_folder_of_the_manual_is_built(tmp_path: Path, overlay: str) -> None:
    """`image: lease-watcher` alone would be looked for where no image of ours is."""
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?kind: Kustomization.*?)```", manual, re.DOTALL)
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "kustomization.yaml").write_text(text.replace("pvc-sqlite", overlay), encoding="utf-8")
    (mine / "config.toml").write_text('mode = "enforce"\n', encoding="utf-8")
    made = build(mine)
    used = [each for each in yaml.safe_load_all(made) if each["kind"] == "ConfigMap"]

    assert set(re.findall(r"image: (\S+)", made)) == {f"registry.example/lease-watcher:{__version__}"}
    assert [each["data"] for each in used] == [{"config.toml": 'mode = "enforce"\n'}]


def test_the_configuration_that_comes_with_it_only_watches(tmp_path: Path) -> None:
    text = the("base", "ConfigMap")["data"]["config.toml"]
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    found = load(tmp_path / "config.toml", {"STATE_DIRECTORY": str(tmp_path)}, tmp_path, NOW)

    assert isinstance(found, Good)
    assert found.settings.mode == "observe"
    assert nobody_told(found) is None
    assert "Nobody is told but the log of each pod" in text
    assert found.settings.schedule.poll.total_seconds() == 15 * 60
