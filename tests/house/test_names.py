"""One word per thing: a class is found by its name alone, and each word stands in the glossary."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.house.sources import ROOT, sources

CORE = ("facts", "rules", "record", "brakes", "memory", "messages", "decide", "ahead")
"""The packages whose classes are words of the field."""
ONE_THING = {
    "clock": "a port and its adapter",
    "workers": "a port and its adapter",
    "ledger": "a port, its two adapters, and the choice between them",
    "listings": "one question to the ledger, in SQL and in memory",
    "remembering": "one question to the ledger, in SQL and in memory",
    "forgetting": "what a ledger lets go of, in SQL and in memory",
    "history": "a command, what it shows, and one question to the ledger, in SQL and in memory",
    "outbox": "a command, the messages it shows, and where they wait, in SQL and in memory",
    "attempts": "attempts, and the ledger's rows of them",
    "accounts": "accounts, and the one that a person names",
    "policy": "a policy, and the command about those of a configuration",
    "policy_tests": "files of cases, and what came of them",
    "posts": "posts, and the evidence that they are",
    "fates": "what became of leases, and how it is said",
    "health": "how healthy an account is, and the evidence of it",
    "holds": "a command and what it shows",
    "status": "how things stand, how that is read, a command, and what it shows",
    "pauses": "a command and what it shows",
    "docket": "releases judged together, a command, and what it shows",
    "dockets": "those that wait for a decision, and the one that a person names",
    "backtest": "the past judged again, and how it is shown",
    "forecast": "charges to come, a command, and what it shows",
    "findings": "findings, and how they are shown",
    "explain": "a command and what it shows",
    "report": "what a turn saw, and the command that writes a page of it",
    "pages": "what a page shows, and the choice of who writes it",
    "run": "a command and what it calls",
    "demo": "a command and what it calls",
    "store": "a command and what it calls",
    "turns": "turns, and the commands that take them",
    "orders": "a turn's orders, and the choice of them from settings",
    "problems": "problems, and those that the daemon has",
    "matters": "what a person must decide, which of it is open, and how it is shown",
    "unmatched": "words that match nothing: found, and told",
    "files": "files, and those that a command line names",
    "calendar": "a page, a mail's attachment, a command, and what they are made of",
    "catalog": "which parts there are, beside them",
    "options": "the options of each part stand beside it",
    "savings": "sums of what releases saved, a command, and what it shows",
    "past_releases": "our releases, seen afterwards, and one question to the ledger, in SQL and in memory",
    "schema": "of the settings, by a command, and of the ledger: both are called so in their trade",
}
"""Modules that share a name are one thing on several floors; what it is."""


@cache
def modules() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((Path(path), module) for path, module in sources().items())


def classes(*packages: str) -> dict[str, list[str]]:
    """The public classes of these packages, and the files in which they stand."""
    found = defaultdict(list)
    for path, module in modules():
        if path.parts[1] in packages:
            for each in module.body:
                if isinstance(each, ast.ClassDef) and not each.name.startswith("_"):
                    found[each.name].append(path.as_posix())
    return dict(found)


def test_a_public_class_is_found_by_its_name_alone() -> None:
    """Ten names stood for two things each, such as `Severity`, `Ended`, `Trouble` and `Unanswered`.

    The sandbox has names of its own: it is an independent reading of the API, which may not lean on ours, and
    it is written as the API speaks (`Account`, `Post`, `Project`).
    """
    ours = {path.parts[1] for path, _ in modules() if len(path.parts) > 2} - {"sandbox"}
    shared = {name: where for name, where in classes(*ours).items() if len(where) > 1}
    assert shared == {}


def glossary() -> list[tuple[str, str, list[str]]]:
    """The rows: a word, what it is, and its names in code."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (`.+?`) \|$", text, re.MULTILINE)
    return [(word, means, re.findall(r"`(\w+)`", names)) for word, means, names in rows]


def test_every_word_of_the_field_stands_in_the_glossary_once() -> None:
    named = [name for _, _, names in glossary() for name in names]
    assert sorted(named) == sorted(classes(*CORE))


def test_a_word_has_one_line_and_says_something() -> None:
    words = [word for word, _, _ in glossary()]
    assert len(set(words)) == len(words)
    assert all(means.strip() for _, means, _ in glossary())


def test_modules_share_a_name_only_where_they_are_one_thing() -> None:
    """Twenty-seven names were shared: `standing` was five things, `budget` money and requests."""
    found = defaultdict(set)
    for path, _ in modules():
        if path.parts[1] != "sandbox" and not path.stem.startswith("__"):
            found[path.stem].add(path.as_posix())
    shared = {name for name, where in found.items() if len(where) > 1}
    assert sorted(shared) == sorted(ONE_THING)
