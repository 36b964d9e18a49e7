"""The configuration in force, each value with who said it, and never a secret."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.settings.conftest import Desk
from watcher.adapters.ledger.places import LedgerUrl
from watcher.settings.declare import REQUIRED, WHOLE, Named, Option, Table, declared
from watcher.settings.effective import Effective, effective, origin_of_key
from watcher.settings.load import Good, Sources
from watcher.settings.model import ProjectOptions, Settings
from watcher.texts.hours import hours_of
from watcher.texts.secret import Password, Secret


def shown(desk: Desk, text: str, environ: dict[str, str] | None = None) -> dict[str, Effective]:
    good = desk.good(text, environ or {})
    return {one.name: one for one in effective(good)}


def test_each_value_says_who_said_it(desk: Desk) -> None:
    desk.secret_file("credentials/notifiers.ops.signing_key", f"whsec_{'A' * 32}")
    desk.secret_file("ops-url", "https://hooks.example.com/abcdefgh")
    found = shown(
        desk,
        '# mine\nmode = "observe"\n[brakes]\nmax_releases = 3\nmax_share = 0.2\n[schedule]\n'
        'cron = "*/30 * * * *"\n[notifiers.ops]\nkind = "webhook"\nurl_file = "ops-url"\n',
        {
            "WATCHER_BRAKES__MAX_RELEASES": "5",
            "CREDENTIALS_DIRECTORY": str(desk.folder / "credentials"),
        },
    )
    said = {name: (one.text, str(one.origin).replace(f"{desk.folder}/", "")) for name, one in found.items()}
    file = desk.file.name
    assert said["mode"] == ('"observe"', f"{file}:2")
    assert said["timezone"] == ('"UTC"', "default")
    assert said["brakes.max_releases"] == ("5", "WATCHER_BRAKES__MAX_RELEASES")
    assert said["brakes.max_share"] == ("0.2", f"{file}:5")
    assert said["schedule.poll"] == ('"30m"', "the longest gap of schedule.cron")
    assert said["notifiers.ops.kind"] == ('"webhook"', f"{file}:9")
    assert said["notifiers.ops.url"] == ('"(secret)"', f"{file}:10")
    assert said["notifiers.ops.signing_key"] == (
        '"(secret)"',
        "credentials/notifiers.ops.signing_key",
    )
    assert said["api.key_file"] == (None, "default")


MARK = "s3cr3t-0123456789"


def full_of_secrets() -> Settings:
    """Every option that is a secret, of every kind of notifier, has one."""
    notifiers = WHOLE.keys["notifiers"]
    assert isinstance(notifiers, Named)
    tables = {
        name: filled(table.of)
        for name, table in WHOLE.keys.items()
        if isinstance(table, Table) and any(is_secret(each) for each in declared(table.of).values())
    }
    return replace(
        Settings(projects={MARK: ProjectOptions(id=f"prj_{MARK}")}),
        notifiers={kind: filled(owner, name=kind) for kind, owner in notifiers.kinds.items()},
        **tables,
    )


def is_secret(each: object) -> bool:
    return isinstance(each, Option) and each.secret


def filled(owner: type, **more: Any) -> Any:
    given = dict(more) if "name" in getattr(owner, "__slots__", ()) else {}
    for name, each in declared(owner).items():
        if isinstance(each, Option) and each.secret:
            url = f"postgresql://me:{MARK}@db/ledger"
            made = {LedgerUrl: LedgerUrl(Secret(url)), Password: Password(MARK)}
            given[name] = made.get(each.type, Secret(MARK))
        elif isinstance(each, Option) and each.default is REQUIRED:
            given[name] = ("x",) if each.many else "x"
    return owner(**given)


def test_no_secret_option_is_ever_shown() -> None:
    """Whatever is configured: not even where a name or another value repeats it."""
    settings = full_of_secrets()
    sources = Sources(path=Path("/f.toml"), text="", file={}, variables={}, credentials={})
    good = Good(settings=settings, path=Path("/f.toml"), key=Secret(MARK), warnings=(), sources=sources)
    found = effective(good)
    masked = [one.name for one in found if one.text == '"(secret)"']
    assert len(masked) > 10
    assert MARK not in " ".join(f"{one.name} = {one.text} # {one.origin}" for one in found)
    assert MARK not in repr(replace(sources, text=MARK, file={"key": MARK}))


def test_who_gave_the_key_is_said_and_not_the_key(desk: Desk) -> None:
    text = '[notifiers.log]\nkind = "log"\n'
    assert origin_of_key(desk.good(text), {}) is None
    environ = {"LAYERS_API_KEY": "lp_0123456789"}
    assert origin_of_key(desk.good(text, environ), environ) == "LAYERS_API_KEY"


@pytest.mark.parametrize(
    "text", ["22:00-07:00", "sat-sun 00:00-24:00", "fri 18:00-24:00", "fri-mon 22:00-06:00"]
)
def test_quiet_hours_are_shown_as_they_are_written(text: str) -> None:
    assert str(hours_of(text)) == text
