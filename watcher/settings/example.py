"""The short configuration that `init` writes: safe as it stands, with the real defaults as comments."""

import re
from collections.abc import Sequence
from typing import Any

from watcher.brakes import Limits
from watcher.rules.policy import Policy, Protect, ReleaseRule
from watcher.settings.declare import Option, declared
from watcher.settings.model import (
    STANDARD,
    ApiSection,
    DiscoveryOptions,
    ProjectOptions,
    ScheduleOptions,
    Settings,
    StoreOptions,
)
from watcher.settings.notation import toml

_HEAD = """\
# Lease watcher. Everything here is a default unless it says otherwise: `lease-watcher check` after a change.
# Durations carry their unit: "90s", "15m", "24h", "7d", "1h30m". Relative paths start at this file's folder.
"""
_PLACEHOLDER = """\
# Your projects: one table each, the name is yours. `lease-watcher init --online` writes them all.
# [projects.my-project]
# id = "prj_…"
# policy = "standard"
# enrolled = false        # true: accounts that its policy finds unused may be released
"""
_NOTIFIERS = """\
# Who is told. A release with notice needs a channel that counts; `log` never does.
[notifiers.log]
kind = "log"

# [notifiers.ops]
# kind = "webhook"
# url_file = "ops-webhook-url"
# events = ["renewal.*", "release.*", "problem.*"]
"""


def example(projects: Sequence[tuple[str, str]] = (), *, base_url: str | None = None) -> str:
    """A commented configuration that loads without a finding and releases nothing.

    `projects` are (id, name) pairs; each gets a table, not enrolled, its key made from the name.
    `base_url`: of the API that they are from, where it is not the usual one.
    """
    parts = (
        _HEAD + _line(Settings, "mode", commented=False) + _line(Settings, "timezone", commented=False),
        _section("api", ApiSection, **({} if base_url is None else {"base_url": base_url}))
        + '# key_file = "api-key"  # else the credential `layers-api-key`, or LAYERS_API_KEY\n',
        _section("schedule", ScheduleOptions),
        "[store]\n"
        '# url = "sqlite:///watcher.db"  # else in $STATE_DIRECTORY, or ~/.local/state/lease-watcher\n'
        + _line(StoreOptions, "keep_observations"),
        "# Limits beyond which no release is made until a person looks.\n" + _section("brakes", Limits),
        _section("discovery", DiscoveryOptions),
        _projects(projects),
        _policy(),
        _NOTIFIERS,
    )
    return "\n".join(parts)


def _projects(projects: Sequence[tuple[str, str]]) -> str:
    tables = (
        f"# {_comment(name)}\n[projects.{key}]\nid = {toml(id)}\n"
        + _line(ProjectOptions, "policy", commented=False)
        + _line(ProjectOptions, "enrolled", commented=False)
        for (id, name), key in zip(projects, slugs([name for _, name in projects]), strict=True)
    )
    return "\n".join(tables) or _PLACEHOLDER


def _policy() -> str:
    table = f"policies.{STANDARD}"
    return (
        "# What is wanted for the accounts of the projects that name this policy.\n"
        + _section(table, Policy)
        + "\n"
        + _section(f"{table}.release", ReleaseRule)
        + "\n# Accounts that are never released, whatever else is said.\n"
        + _section(f"{table}.protect", Protect)
    )


def _section(name: str, owner: type, **given: str) -> str:
    """`given`: values that are no defaults, so they are written without a comment sign."""
    lines = (
        f"{each} = {toml(given[each])}\n" if each in given else _line(owner, each) for each in declared(owner)
    )
    return f"[{name}]\n" + "".join(lines)


def _line(owner: type, name: str, *, commented: bool = True) -> str:
    """`# name = default  # why`; nothing for tables, and for options that have no default to show."""
    option: Any = declared(owner)[name]
    if not isinstance(option, Option) or option.default is None:
        return ""
    value = option.default
    if option.alone and len(value) == 1:
        value = value[0]
    return f"{'# ' if commented else ''}{name} = {toml(value)}  # {option.why}\n"


def slugs(names: Sequence[str]) -> list[str]:
    """Bare keys for names, each once: `Acme Shop` → `acme-shop`, the second one `acme-shop-2`."""
    taken: dict[str, None] = {}
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-") or "project"
        key, count = plain, 1
        while key in taken:
            count += 1
            key = f"{plain}-{count}"
        taken[key] = None
    return list(taken)


def _comment(name: str) -> str:
    """A name on one line: no sign in it can end the comment."""
    return "".join(sign if sign.isprintable() else " " for sign in name).strip()[:80] or "(no name)"
