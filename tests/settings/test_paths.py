"""Paths as people write them: a ~ is a home, a $ is a mistake."""

import os
import pwd
from pathlib import Path

import pytest

from tests.settings.conftest import NOW, Desk
from watcher.settings.files import whole
from watcher.settings.load import Bad, Good, load

FOLDER = Path("/etc/lw")
ME = pwd.getpwuid(os.getuid())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("key", "/etc/lw/key"),
        ("./~key", "/etc/lw/~key"),
        ("a~b", "/etc/lw/a~b"),
        ("~", "/home/op"),
        ("~/lw/watcher.db", "/home/op/lw/watcher.db"),
        (f"~{ME.pw_name}/key", f"{ME.pw_dir}/key"),
        ("/run/key", "/run/key"),
    ],
)
def test_a_path_leads_where_it_says(written: str, meant: str) -> None:
    assert whole(written, FOLDER, {"HOME": "/home/op"}) == Path(meant)


def test_without_a_variable_the_home_is_the_one_on_record() -> None:
    for environ in ({}, {"HOME": ""}, {"HOME": "elsewhere"}):
        assert whole("~/key", FOLDER, environ) == Path(ME.pw_dir, "key")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("$HOME/key", "holds a $"),
        ("/home/${USER}/key", "holds a $"),
        ("/~/lw/watcher.db", "holds a ~ that is not at its beginning"),
        ("lw/~/watcher.db", "holds a ~ that is not at its beginning"),
        ("~nobody-of-this-name/key", "this machine knows no user of that name"),
        ("a\0b", "no path holds a null character"),
    ],
)
def test_what_would_lead_elsewhere_is_refused(written: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("$", r"\$")):
        whole(written, FOLDER, {"HOME": "/home/op"})


def test_a_ledger_at_home_is_there(desk: Desk) -> None:
    """`sqlite:///~/lw/watcher.db` made a folder named ~ beside the file, with an empty ledger in it."""
    settings = desk.settings('[store]\nurl = "sqlite:///~/lw/watcher.db"\n')
    assert str(settings.store.url) == "sqlite:////home/op/lw/watcher.db"


MAIL = '[notifiers.ops]\nkind = "email"\nhost = "h"\nsender = "a@b.example"\nto = ["c@d.example"]\n'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[store]\nurl = "sqlite:///$HOME/lw/watcher.db"\n', "store.url"),
        ('[store]\nurl = "sqlite:////~/lw/watcher.db"\n', "store.url"),
        ('[api]\nkey_file = "$HOME/key"\n', "api.key_file"),
        (
            '[notifiers.ops]\nkind = "webhook"\nurl_file = "$CREDENTIALS_DIRECTORY/url"\n',
            "notifiers.ops.url_file",
        ),
        (MAIL + 'ca_file = "$HOME/ca.pem"\n', "notifiers.ops.ca_file"),
        (MAIL + 'text_template_file = "~nobody-of-this-name/mail.txt"\n', "notifiers.ops.text_template_file"),
    ],
)
def test_every_option_that_names_a_file_is_read_so(desk: Desk, text: str, key: str) -> None:
    wrong = {each.key: each.message for each in desk.findings(text)}
    assert key in wrong
    assert "$" in wrong[key] or "~" in wrong[key]


def test_secrets_and_templates_at_home_are_found(desk: Desk) -> None:
    desk.secret_file("key", "lp_x\n")
    desk.secret_file("mail.txt", "{% for event in events %}{{ event.handle }}{% endfor %}\n")
    home = {"HOME": str(desk.folder)}
    good = desk.good('[api]\nkey_file = "~/key"\n' + MAIL + 'text_template_file = "~/mail.txt"\n', home)
    assert good.key is not None
    assert good.settings.notifiers["ops"].text_template_file == desk.folder / "mail.txt"  # type: ignore[union-attr]


def test_the_configuration_itself_may_be_at_home(desk: Desk) -> None:
    desk.file.write_text("", encoding="utf-8")
    home = {"HOME": str(desk.folder)}
    for explicit, environ in (
        (Path("~/lease-watcher.toml"), home),
        (None, {**home, "WATCHER_CONFIG": "~/lease-watcher.toml"}),
    ):
        loaded = load(explicit, environ, Path("/"), NOW)
        assert isinstance(loaded, Good)
        assert loaded.path == desk.file
    refused = load(Path("$HOME/lease-watcher.toml"), home, Path("/"), NOW)
    assert isinstance(refused, Bad)
    assert refused.findings[0].message.startswith("holds a $")


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_a_configuration_that_comes_through_a_pipe_is_read(desk: Desk, name: str) -> None:
    """`--config <(sops -d lease-watcher.toml)`: what is no file was refused."""
    desk.secret_file("key", "lp_x\n")
    ours, theirs = os.pipe()
    os.write(theirs, b'[api]\nkey_file = "key"\n[store]\nurl = "sqlite:///watcher.db"\n')
    os.close(theirs)
    try:
        loaded = load(Path(name.format(ours)), {"HOME": "/home/op"}, desk.folder, NOW)
    finally:
        os.close(ours)
    assert isinstance(loaded, Good)
    assert loaded.warnings == ()
    assert (loaded.path, loaded.key is None) == (Path(name.format(ours)), False)
    assert str(loaded.settings.store.url) == f"sqlite:///{desk.folder}/watcher.db"


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"mode = 3", "must be one of")])
def test_what_is_wrong_with_it_is_told_at_its_name(desk: Desk, content: bytes, said: str) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, content)
    os.close(theirs)
    loaded = load(Path(f"/dev/fd/{ours}"), {"HOME": "/home/op"}, desk.folder, NOW)
    os.close(ours)
    assert isinstance(loaded, Bad)
    assert [each.file for each in loaded.findings] == [f"/dev/fd/{ours}"]
    assert said in loaded.findings[0].message


def test_one_that_nobody_opened_is_a_sentence(desk: Desk) -> None:
    loaded = load(Path("/dev/fd/999999"), {}, desk.folder, NOW)
    assert isinstance(loaded, Bad)
    assert loaded.findings[0].message == "cannot be read: bad file descriptor"
