"""The image: its steps outside a container engine, and its program where a cluster would run it.

A root of its own that is read-only, a user without a name, a home or a writable folder but the ledger's: that
needs root and a mount namespace, and is skipped elsewhere.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest
import yaml

from watcher import __version__
from watcher.cli.demo import configuration
from watcher.sandbox import DEFAULT_KEY, Sandbox, fleets

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
USER = "23456"

pytestmark = pytest.mark.timeout(600)
"""Its fixture installs everything anew, from an index that may be slow: two minutes were not enough."""

# `-S`: whatever this machine has installed beside its Python is not in the image.
IN_ITS_ROOT = r"""
set -eu
mount -t tmpfs -o mode=755 tmpfs "$WORK/root"
cd "$WORK/root"
mkdir -p usr lib lib64 bin etc dev proc app state configuration secrets ".$PYTHON"
for place in /usr /lib /lib64 /bin "$PYTHON"; do
    mount --bind "$place" ".$place" && mount -o remount,ro,bind ".$place"
done
mount --bind "$WORK/app" app && mount -o remount,ro,bind app
mount --bind "$WORK/configuration" configuration && mount -o remount,ro,bind configuration
mount --bind "$WORK/secrets" secrets && mount -o remount,ro,bind secrets
mount --bind "$WORK/state" state
mount --rbind /dev dev
mount -t proc proc proc
mount -o remount,ro "$WORK/root"
exec chroot --userspec="$RUN_AS" . /usr/bin/env -i PATH=/app/bin:/usr/bin PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 WATCHER_CONFIG=/configuration/config.toml \
    STATE_DIRECTORY=/state CREDENTIALS_DIRECTORY=/secrets "$PYTHON/bin/python3" -S /app/bin/lease-watcher "$@"
"""


@dataclass(frozen=True, kw_only=True)
class Image:
    """`work` holds what is mounted into the program's root."""

    work: Path

    def run(self, *words: str, user: str = USER) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": os.environ["PATH"],
            "WORK": str(self.work),
            "PYTHON": sys.base_prefix,
            "RUN_AS": f"{user}:{user}",
        }
        return subprocess.run(
            ["unshare", "--mount", "--propagation=private", "sh", "-c", IN_ITS_ROOT, "sh", *words],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
        )


def step(*words: str) -> None:
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-4000:]}"


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The build stage's steps, in its order."""
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("chroot") is None:
        pytest.skip("needs root, unshare and chroot")
    work = Path(mkdtemp(prefix="lease-watcher-image-"))
    try:
        app, dist = work / "app", work / "dist"
        pip = (sys.executable, "-m", "pip")
        step(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist), str(ROOT))
        into = ("install", "--quiet", "--no-compile", "--target", str(app))
        (wheel,) = dist.glob("*.whl")
        step(*pip, *into, "--no-deps", str(wheel))
        step(*pip, *into, "--require-hashes", "--requirement", str(ROOT / "requirements.txt"))
        step(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(app))
        for name in ("root", "state", "configuration", "secrets"):
            (work / name).mkdir()
        (work / "state").chmod(0o777)
        work.chmod(0o755)
        yield Image(work=work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def test_every_step_of_the_build_is_tried_here() -> None:
    """What the fixture does and what the Dockerfile says are the same words."""
    for words in (
        "pip wheel --no-cache-dir --no-deps --wheel-dir /dist .",
        "pip install --no-cache-dir --no-compile --require-hashes --target /app -r requirements.txt",
        "pip install --no-cache-dir --no-compile --no-deps --target /app /dist/*.whl",
        "python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app",
    ):
        assert words in TEXT
    assert len(re.findall(r"^RUN ", TEXT, re.MULTILINE)) == 4


def test_the_image_runs_as_the_pods_user_and_says_what_it_is() -> None:
    pod = yaml.safe_load((ROOT / "kubernetes/base/cronjob.yaml").read_text(encoding="utf-8"))
    context = pod["spec"]["jobTemplate"]["spec"]["template"]["spec"]["securityContext"]

    assert f"USER {context['runAsUser']}:{context['runAsGroup']}" in TEXT
    assert f'org.opencontainers.image.version="{__version__}"' in TEXT
    assert 'ENTRYPOINT ["lease-watcher"]' in TEXT


def test_no_build_tool_is_left(image: Image) -> None:
    there = {path.name.lower().partition("-")[0] for path in (image.work / "app").iterdir()}

    assert not there & {"pip", "setuptools", "wheel", "hatchling", "build", "pytest", "mypy"}
    assert [path.name for path in (image.work / "app/bin").iterdir()] == ["lease-watcher"]


def test_everything_is_compiled_and_believed(image: Image) -> None:
    sources = list((image.work / "app/watcher").rglob("*.py"))
    for path in sources:
        (compiled,) = path.parent.glob(f"__pycache__/{path.stem}.{sys.implementation.cache_tag}.pyc")
        assert compiled.read_bytes()[4:8] == b"\1\0\0\0", "a hash that nobody checks"
    assert len(sources) > 200


@pytest.mark.parametrize("user", ["10001", USER, "0"])
def test_it_starts_for_any_user(image: Image, user: str) -> None:
    done = image.run("--version", user=user)

    assert (done.returncode, done.stdout, done.stderr) == (0, f"lease-watcher {__version__}\n", "")


def test_a_turn_needs_nothing_to_write_to_but_the_ledgers_folder(image: Image) -> None:
    from watcher.adapters.clock import SystemClock

    clock = SystemClock()
    sandbox = Sandbox(fleet=fleets.mixed(clock.now()), clock=clock.now)
    with sandbox.serve() as serving:
        text = configuration(serving.url).replace('[store]\nurl = "sqlite:///watcher.db"\n', "")
        (image.work / "configuration/config.toml").write_text(text, encoding="utf-8")
        (image.work / "secrets/layers-api-key").write_text(f"{DEFAULT_KEY.secret}\n", encoding="utf-8")
        words = ("run", "--once", "--format", "json", "--summary-file", "/state/turn.json")
        done = image.run(*words)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accounts"] > 0
    assert (image.work / "state/turn.json").read_text(encoding="utf-8") == done.stdout
    assert (image.work / "state/watcher.db").stat().st_uid == int(USER)


def test_without_a_configuration_it_says_so_and_ends(image: Image) -> None:
    (image.work / "configuration/config.toml").unlink(missing_ok=True)
    done = image.run("run", "--once")

    assert done.returncode == 78
    assert "Traceback" not in done.stderr


def test_the_demo_says_where_else_it_could_write(image: Image) -> None:
    """It was a traceback: its root is read-only and has no /tmp."""
    done = image.run("demo")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "`demo` needs a temporary folder, and TMPDIR and /tmp cannot be written to: "
        "--keep FOLDER says where else.\n"
    )
    assert image.run("demo", "--keep", "/state/demo").returncode == 0
