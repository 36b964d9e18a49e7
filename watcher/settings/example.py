"""The short configuration that `init` writes: what a person would write, safe as it stands.

It holds what people change, and a remark where one is needed; every other option has its place elsewhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from watcher.rules.policy import Policy, Protect, ReleaseRule, ReleaseWhen
from watcher.settings.declare import Option, declared
from watcher.settings.model import STANDARD, ApiSection, ProjectOptions, Settings
from watcher.settings.notation import toml

SCHEMA = "lease-watcher.schema.json"
"""What `lease-watcher schema` is written to, beside the configuration."""

_HEAD = """\
#:schema ./{schema}
# What `lease-watcher schema` prints, in {SCHEMA}, lets an editor complete this file.
# `lease-watcher check` names every mistake at once, `lease-watcher config show` every option and its value.
"""
_PLACEHOLDER = """\
# A table each, the name is yours. `lease-watcher init --online` prints those that lack here.
# [projects.my-project]
# id = "prj_…"
# policy = "standard"
# enrolled = false          # true: what its policy finds unused may be released
"""
_NOTIFIERS = """\
# Who is told. Before a release somebody must have accepted its announcement; a log is read by nobody.
[notifiers.log]
kind = "log"

# [notifiers.mail]
# kind = "email"
# host = "smtp.example.com"
# username = "watcher"
# password_file = "smtp-password"
# sender = "Leases <watcher@example.com>"
# to = ["you@example.com"]

# [notifiers.slack]
# kind = "slack"
# url_file = "slack-webhook-url"
# events = ["renewal.*", "release.*", "problem.*"]
"""


def example(
    projects: Sequence[tuple[str, str]] = (), *, base_url: str | None = None, schema: str = SCHEMA
) -> str:
    """A configuration that loads without a finding and releases nothing.

    `projects` are (id, name) pairs; each gets a table, not enrolled, its key made from the name.
    `base_url`: of the API that they are from, where it is not the usual one.
    """
    api = {} if base_url is None else {"base_url": base_url}
    parts = (
        _HEAD.format(schema=schema, SCHEMA=SCHEMA)
        + _lines(Settings, {}, mode='"enforce" also releases', timezone=""),
        "[api]\n"
        + _lines(ApiSection, api, base_url="")
        + '# key_file = "layers-api-key"    # else the credential of that name, or LAYERS_API_KEY\n',
        project_tables(projects) or _PLACEHOLDER,
        _policy(),
        _NOTIFIERS,
    )
    return "\n".join(parts)


def project_tables(projects: Sequence[tuple[str, str]], taken: Iterable[str] = ()) -> str:
    """A table for each (id, name), none enrolled; what that means is said once. `taken`: keys in use."""
    tables: list[str] = []
    keys = slugs([name for _, name in projects], taken)
    for (id_, name), key in zip(projects, keys, strict=True):
        why = "" if tables else "true: what its policy finds unused may be released"
        table = _lines(ProjectOptions, {"id": id_}, id="", policy="", enrolled=why)
        tables.append(f"[projects.{key}]  # {_comment(name)}\n{table}")
    return "\n".join(tables)


def _policy() -> str:
    table = f"policies.{STANDARD}"
    when = {"when": ReleaseWhen.IDLE}
    return (
        f"[{table}]\n"
        + _lines(Policy, {}, warn="before each renewal")
        + f"\n[{table}.release]\n"
        + _lines(
            ReleaseRule,
            when,
            when='unused accounts; "never" only warns',
            idle_after="",
            notice="a person's channel accepted the announcement this long before",
            lead="before the renewal: later saves more, and leaves less time for a second try",
        )
        + f"\n[{table}.protect]\n"
        + _lines(Protect, {}, handles='such as "brand.*": never released', accounts="")
    )


def _lines(owner: type, given: Mapping[str, Any], **remarks: str) -> str:
    """One line for each option that is remarked on, and its default unless another value is given."""
    options = declared(owner)
    rows = [(_assignment(options[name], given), remark) for name, remark in remarks.items()]
    width = max((len(text) for text, remark in rows if remark), default=0)
    return "".join(f"{text:<{width}}    # {remark}\n" if remark else f"{text}\n" for text, remark in rows)


def _assignment(option: Any, given: Mapping[str, Any]) -> str:
    assert isinstance(option, Option)
    value = given.get(option.name, option.default)
    if option.alone and isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return f"{option.name} = {toml(value)}"


def slugs(names: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Bare keys for names, each once: `Acme Shop` → `acme-shop`, the second one `acme-shop-2`."""
    used = set(taken)
    found = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40].strip("-") or "project"
        key, count = plain, 1
        while key in used:
            count += 1
            key = f"{plain}-{count}"
        used.add(key)
        found.append(key)
    return found


def _comment(name: str) -> str:
    """A name on one line: no sign in it can end the comment."""
    return "".join(sign if sign.isprintable() else " " for sign in name).strip()[:80] or "(no name)"
