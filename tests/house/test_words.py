"""Every closed word is worded once for people: where words are kept, and nowhere beside it."""

import ast
from collections.abc import Iterator, Mapping
from enum import Enum

import pytest

from tests.house.sources import nodes, sources
from watcher.facts.accounts import Flaw
from watcher.facts.activity import Use, WhyUnknown
from watcher.facts.health import HealthTier, WhyHealthUnknown
from watcher.messages import cause_words, health_words, words
from watcher.messages.outbox import Stale
from watcher.record.exit_codes import Exit
from watcher.record.fates import LeaseState
from watcher.record.intents import Ending, WhyNotSent
from watcher.record.notices import Void
from watcher.record.outcomes import Cause, UseThen
from watcher.record.overrides import OverrideKind
from watcher.record.reasons import Reason, Trouble
from watcher.rules.judge import Check, Usage

WORDS = {
    "watcher/messages/words.py": words,
    "watcher/messages/cause_words.py": cause_words,
    "watcher/messages/health_words.py": health_words,
}
TABLES: Mapping[str, type[Enum]] = {
    "CAUSE": Cause,
    "DOUBT": WhyUnknown,
    "ENDING": Ending,
    "EXIT": Exit,
    "FATE": LeaseState,
    "FLAW": Flaw,
    "HEALTH_TIER": HealthTier,
    "HEALTH_DOUBT": WhyHealthUnknown,
    "NOT_SENT": WhyNotSent,
    "REASON": Reason,
    "SAID": OverrideKind,
    "STALE": Stale,
    "TROUBLE": Trouble,
    "CHECK": Check,
    "USAGE": Usage,
    "USE": Use,
    "USE_THEN": UseThen,
    "VOID": Void,
}
BESIDE = {
    "BARRED_SINCE": "since when a trouble with the key lasted, beside its words",
    "TROUBLE_OVER": "a trouble that is past",
    "MEANWHILE": "what follows from a trouble, beside its words",
    "UNLESS": "what ends a trouble in time, beside its words",
    "TO_MEND": "what to do about a trouble, beside its words",
    "TO_KNOW": "what to do about use that is unknown, beside why it is",
    "TO_KNOW_HEALTH": "what to do about health that is unknown, beside why it is",
    "WOULD_PREVENT": "what would have prevented a cause, beside its words",
    "NEXT": "what to do after an exit, beside what it means",
}
"""What else is said there of a member, which is no second wording of it."""
CLOSED = frozenset(each.__name__ for each in TABLES.values())
STYLES = frozenset({"_USAGE_STYLE"})
"""Tables of what no person reads as words: colours."""
SENTENCES = {
    "watcher/cli/render/decided.py": "one account's decision: sentences with its values in them",
    "watcher/cli/render/explain.py": "one account's decision: what more it needs, and what comes next",
    "watcher/cli/render/rulings.py": "one account's trace: sentences with its values in them",
    "watcher/cli/render/steps.py": "the step of one account, with its instants",
    "watcher/messages/renewal_messages.py": "one account's warning: what follows from its use",
}
"""Where a member, seen together with an account's values, makes another sentence than the word alone."""


def is_member(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in CLOSED


def is_text(node: ast.AST | None) -> bool:
    """A text, or a pair that begins with one."""
    if isinstance(node, ast.Tuple):
        return bool(node.elts) and is_text(node.elts[0])
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def tables(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Mappings from members to texts: the line, and the name where it has one."""
    named = {
        id(node.value): node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        for node in nodes(module)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
    }
    for node in nodes(module):
        if isinstance(node, ast.Dict) and any(
            is_member(key) and is_text(value) for key, value in zip(node.keys, node.values, strict=True)
        ):
            yield node.lineno, ast.unparse(named[id(node)]) if id(node) in named else ""


def cases(module: ast.Module) -> Iterator[int]:
    """Cases of a member, alone or within what it was found in, whose answer is a text."""
    for node in nodes(module):
        if isinstance(node, ast.match_case) and node.guard is None and len(node.body) == 1:
            patterns = node.pattern.patterns if isinstance(node.pattern, ast.MatchOr) else [node.pattern]
            said = node.body[0]
            text = said.value if isinstance(said, ast.Return | ast.Assign) else None
            if all(of_member(one) for one in patterns) and is_text(text):
                yield node.pattern.lineno


def of_member(pattern: ast.pattern) -> bool:
    """A member, or a class with one among its attributes, such as `Seen(what=Use.QUEUED_POST)`."""
    if isinstance(pattern, ast.MatchClass):
        return any(of_member(one) for one in (*pattern.patterns, *pattern.kwd_patterns))
    return isinstance(pattern, ast.MatchValue) and is_member(pattern.value)


def unblanked(module: ast.Module) -> Iterator[int]:
    """Values of words that are read to people as they are, with blanks for their underscores."""
    for node in nodes(module):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "replace"
            and isinstance(node.func.value, ast.Attribute)
            and node.func.value.attr == "value"
            and ast.literal_eval(node.args[0]) == "_"
        ):
            yield node.lineno


@pytest.mark.parametrize("name", TABLES)
def test_every_member_has_words_of_its_own(name: str) -> None:
    (table,) = (getattr(module, name) for module in WORDS.values() if name in vars(module))
    assert set(table) == set(TABLES[name])
    assert len(set(table.values())) == len(table)
    assert all(text and text == text.strip() and not text.endswith(".") for text in table.values())


def test_no_other_module_words_a_member() -> None:
    """`Void` and `Ending` were worded three times, and a message, the terminal and the history differed."""
    again = [
        f"{path}:{line}"
        for path, module in sources().items()
        if path not in WORDS
        for line, name in tables(module)
        if name not in STYLES
    ]
    again += [
        f"{path}:{line}"
        for path, module in sources().items()
        if path not in SENTENCES
        for line in cases(module)
    ]
    assert not again, f"worded again beside {list(WORDS)}: {', '.join(again)}"


def test_the_modules_of_words_have_one_table_a_list() -> None:
    found = [name for path in WORDS for _, name in tables(sources()[path])]
    assert sorted(found) == sorted([*TABLES, *BESIDE])


def test_no_value_is_read_out_as_if_it_were_words() -> None:
    """Messages said `notice unanswered` where the terminal said what that means."""
    again = [f"{path}:{line}" for path, module in sources().items() for line in unblanked(module)]
    assert not again, f"reads values out, for which {list(WORDS)} have words: {', '.join(again)}"


def test_what_is_excused_is_there() -> None:
    assert {path for path, module in sources().items() if any(cases(module))} <= set(SENTENCES)
    named = {name for path, module in sources().items() if path not in WORDS for _, name in tables(module)}
    assert named == STYLES
