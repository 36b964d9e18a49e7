"""Whoever can write the configuration says where the key is sent: whose file it is matters."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.settings.conftest import NOW, Desk
from watcher.settings.findings import Finding, Gravity
from watcher.settings.load import Bad, Good, Loaded, load
from watcher.settings.read import config_file as locations
from watcher.texts.secret import Secret

As = Callable[[int], None]
SOMEBODY = 12_345
SERVICE = 997
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@pytest.fixture
def run_as(monkeypatch: pytest.MonkeyPatch) -> As:
    """Be another user, as far as we ask who we are."""
    return lambda number: monkeypatch.setattr(os, "geteuid", lambda: number)


@pytest.fixture
def theirs(desk: Desk, run_as: As) -> Path:
    """A configuration of somebody else in the working folder: to root a user's, to a user another's."""
    desk.file.write_text("mode = 'observe'\n", encoding="utf-8")
    if os.geteuid() == 0:
        os.chown(desk.file, SOMEBODY, SOMEBODY)
    else:
        run_as(os.geteuid() + 1)
    return desk.file


def found_in(folder: Path, **environ: str) -> Loaded:
    return load(None, {"HOME": "/home/op", **environ}, folder, NOW)


def findings(loaded: Loaded) -> tuple[Finding, ...]:
    return loaded.findings if isinstance(loaded, Bad) else loaded.warnings


def test_a_file_of_somebody_else_that_was_only_found_is_refused(desk: Desk, theirs: Path) -> None:
    """In a folder where others may write, `lease-watcher audit` sent the key to whoever had left a file."""
    loaded = found_in(desk.folder, LAYERS_API_KEY="lp_x")
    assert isinstance(loaded, Bad)
    assert loaded.rest is None
    (found,) = loaded.findings
    assert found.message.startswith("was found here, not named, and it belongs to the user ")
    assert found.fix == f"if it is to be trusted, name it: --config {theirs}"


def test_the_same_file_named_is_taken_with_a_warning(desk: Desk, theirs: Path) -> None:
    for good in (
        load(theirs, {"HOME": "/home/op"}, desk.folder, NOW),
        load(None, {"HOME": "/home/op", "WATCHER_CONFIG": str(theirs)}, desk.folder, NOW),
    ):
        assert isinstance(good, Good)
        (warning,) = good.exposed
        assert warning.severity is Gravity.WARNING
        assert "whoever writes it says where the key is sent" in warning.message


@pytest.mark.parametrize(("mode", "refused"), [(0o666, True), (0o602, True), (0o664, False), (0o644, False)])
def test_one_that_the_world_can_write_is_refused(desk: Desk, mode: int, refused: bool) -> None:
    desk.file.write_text("", encoding="utf-8")
    desk.file.chmod(mode)
    loaded = found_in(desk.folder)
    assert isinstance(loaded, Bad) is refused
    assert [each.message for each in findings(loaded)] == (
        ["was found here, not named, and every user of this machine can change it: whoever wrote it would be "
         "sent the key"] if refused else []
    )  # fmt: skip
    named = load(desk.file, {"HOME": "/home/op"}, desk.folder, NOW)
    assert isinstance(named, Good)
    assert [each.fix for each in named.exposed] == (["chmod o-w it"] if refused else [])


@needs_root
@pytest.mark.parametrize(("user", "owner", "warned"), [(0, 0, 0), (SERVICE, 0, 0), (SERVICE, SERVICE, 0)])
def test_ours_and_roots_are_good_wherever_they_are(
    desk: Desk, run_as: As, user: int, owner: int, warned: int
) -> None:
    desk.file.write_text("", encoding="utf-8")
    os.chown(desk.file, owner, -1)
    run_as(user)
    loaded = found_in(desk.folder)
    assert isinstance(loaded, Good)
    assert len(loaded.warnings) == warned


@needs_root
def test_a_group_that_is_not_ours_and_may_write_is_a_warning(desk: Desk) -> None:
    desk.file.write_text("", encoding="utf-8")
    os.chown(desk.file, 0, SOMEBODY)
    desk.file.chmod(0o664)
    loaded = found_in(desk.folder)
    assert isinstance(loaded, Good)
    assert [each.message for each in loaded.warnings] == [
        f"members of the group {SOMEBODY} can change it: whoever writes it says where the key is sent"
    ]


@needs_root
def test_a_link_that_somebody_else_left_is_theirs(desk: Desk) -> None:
    own = desk.secret_file("own.toml", "mode = 'observe'\n")
    desk.file.symlink_to(own)
    assert isinstance(found_in(desk.folder), Good)
    os.chown(desk.file, SOMEBODY, SOMEBODY, follow_symlinks=False)
    (found,) = findings(found_in(desk.folder))
    assert f"the link to it belongs to the user {SOMEBODY}" in found.message


@needs_root
def test_the_systems_file_under_the_service_user_stays_as_it_is(
    desk: Desk, run_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = desk.secret_file("etc/config.toml", "", mode=0o644)
    monkeypatch.setattr(locations, "SYSTEM", place)
    run_as(SERVICE)
    loaded = found_in(desk.folder)
    assert isinstance(loaded, Good)
    assert (loaded.path, loaded.warnings) == (place, ())
    os.chown(place, SOMEBODY, -1)
    loaded = found_in(desk.folder)
    assert isinstance(loaded, Good)
    assert [each.severity for each in loaded.warnings] == [Gravity.WARNING]
    place.chmod(0o666)
    assert isinstance(found_in(desk.folder), Bad)


@needs_root
def test_a_mounted_config_map_and_secret_stay_as_they_are(desk: Desk, run_as: As) -> None:
    """Root's files behind root's links, in a folder where everybody may write, as a tmpfs is mounted."""
    mount = desk.folder / "run-secrets"
    (mount / "..2026_11_27").mkdir(parents=True)
    mount.chmod(0o1777)
    (mount / "..data").symlink_to("..2026_11_27")
    for name, content in (("config.toml", '[api]\nkey_file = "api-key"\n'), ("api-key", "lp_x\n")):
        (mount / "..2026_11_27" / name).write_text(content, encoding="utf-8")
        (mount / "..2026_11_27" / name).chmod(0o440)
        (mount / name).symlink_to(f"..data/{name}")
    run_as(SERVICE)
    loaded = load(mount / "config.toml", {"HOME": "/home/op"}, desk.folder, NOW)
    assert isinstance(loaded, Good)
    assert (loaded.key, loaded.warnings) == (Secret("lp_x"), ())


@needs_root
@pytest.mark.parametrize("owner", [0, SERVICE])
def test_systemds_credentials_stay_as_they_are(desk: Desk, run_as: As, owner: int) -> None:
    place = desk.secret_file("credentials/layers-api-key", "lp_x\n", mode=0o400)
    desk.file.write_text("", encoding="utf-8")
    os.chown(place, owner, -1)
    run_as(SERVICE)
    loaded = found_in(desk.folder, CREDENTIALS_DIRECTORY=str(place.parent))
    assert isinstance(loaded, Good)
    assert (loaded.key, loaded.warnings) == (Secret("lp_x"), ())


def test_a_secret_that_everybody_can_write_is_a_warning(desk: Desk) -> None:
    desk.secret_file("key", "lp_x\n", mode=0o602)
    desk.secret_file("url", "https://hook.example\n", mode=0o602)
    text = '[api]\nkey_file = "key"\n[notifiers.ops]\nkind = "webhook"\nurl_file = "url"\n'
    good = desk.good(text)
    assert [(each.key, each.message, each.fix) for each in good.warnings] == [
        (key, "the file: every user of this machine can change it", "chmod o-w it")
        for key in ("api.key_file", "notifiers.ops.url_file")
    ]


@needs_root
def test_a_secret_of_somebody_else_is_a_warning(desk: Desk) -> None:
    os.chown(desk.secret_file("key", "lp_x\n"), SOMEBODY, -1)
    (warning,) = desk.good('[api]\nkey_file = "key"\n').warnings
    assert warning.message == f"the file: it belongs to the user {SOMEBODY}"


@needs_root
def test_on_a_file_system_that_takes_no_writes_a_mode_says_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.file.write_text("", encoding="utf-8")
    desk.file.chmod(0o666)
    facts = os.statvfs(desk.folder)

    class ReadOnly:
        f_flag = facts.f_flag | os.ST_RDONLY

    monkeypatch.setattr(os, "fstatvfs", lambda _number: ReadOnly)
    assert isinstance(found_in(desk.folder), Good)


def test_a_file_that_was_put_in_its_place_meanwhile_is_judged_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked at by its path was ours; what was opened was a named pipe."""
    desk.file.write_text("", encoding="utf-8")
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    real = os.open
    monkeypatch.setattr(os, "open", lambda _place, flags: real(pipe, flags))
    (found,) = findings(found_in(desk.folder))
    assert found.message == "is a named pipe, not a file"


KINDS = {"a named pipe": "pipe", "a socket": "socket", "a device": "/dev/zero", "a folder": "folder"}


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[Path]:
    """A folder with one of everything that is no file, each of which could hang or fill us."""
    folder = tmp_path / "odd"
    folder.mkdir()
    os.mkfifo(folder / "pipe", 0o600)
    (folder / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))
        yield folder


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_never_hangs(desk: Desk, odd: Path, kind: str) -> None:
    place = odd / KINDS[kind]
    said = f"is {kind}, not a file"
    by_key = desk.finding(f'[api]\nkey_file = "{place}"\n')
    assert (by_key.key, by_key.message) == ("api.key_file", f"the file {said}")
    text = f'[notifiers.ops]\nkind = "webhook"\nurl_file = "{place}"\n'
    assert desk.finding(text).message == f"the file {said}"
    mail = '[notifiers.ops]\nkind = "email"\nhost = "h"\nsender = "a@b.example"\nto = ["c@d.example"]\n'
    template = desk.findings(f'{mail}text_template_file = "{place}"\n')
    assert said in [each.message for each in template]
    named = load(place, {"HOME": "/home/op"}, desk.folder, NOW)
    assert [each.message for each in findings(named)] == [said]


@pytest.mark.parametrize("kind", ["a named pipe", "a folder"])
def test_what_is_no_file_is_not_passed_over(desk: Desk, odd: Path, kind: str) -> None:
    """A container's engine makes a folder of a file that is not there: the system's file was taken for it."""
    (desk.folder / "lease-watcher.toml").symlink_to(odd / KINDS[kind])
    (found,) = findings(found_in(desk.folder))
    assert found.message == f"is {kind}, not a file"


def test_a_link_that_leads_nowhere_is_not_passed_over(desk: Desk) -> None:
    desk.file.symlink_to("gone")
    (found,) = findings(found_in(desk.folder))
    assert found.message == "cannot be read: no such file or directory"
