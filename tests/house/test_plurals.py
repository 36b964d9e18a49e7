"""What is counted is told in the number it has: `counted` says `1 project` and `2 projects`."""

import ast
import re
from collections.abc import Iterator

from tests.house.sources import nodes, sources

THINGS = (
    "account|announcement|day|docket|event|finding|hour|lease|line|matter|message|minute|month|notice|"
    "notifier|pause|person|problem|project|question|release|renewal|request|row|rule|second|shard|time|turn|"
    "value|warning|window|word"
)
MANY = re.compile(rf" (?:(?:DELETE|configured|late|other) )?(?:{THINGS})s\b(?! nothing)")


def test_no_number_stands_before_many_without_being_asked_whether_it_is_one() -> None:
    """`read 1 projects, 1 accounts`, `1 accounts in 1 projects, exit 0`, `project acme: 1 accounts`: each was
    written by hand where there is `counted`.
    """
    assert [
        f"{path}:{line}: {text}" for path, tree in sources().items() for line, text in written_by_hand(tree)
    ] == []


def test_a_number_before_many_is_found() -> None:
    tree = ast.parse(
        "f'{found} projects'\nf'{n:,} late releases'\nf'at most {_MOST:,} words'\nf'{who} says it'"
    )
    assert [text for _, text in written_by_hand(tree)] == ["found … projects", "n … late releases"]


def written_by_hand(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Where a text has a value and then many things. A constant is a limit, and no limit is one."""
    for node in nodes(tree):
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant):
                    many = MANY.match(str(text.value))
                    name = ast.unparse(value.value) if many else ""
                    if many and not name.split(".")[-1].isupper():
                        yield node.lineno, f"{name} …{many.group()}"
