"""Which lease periods a standing problem consists of, and what follows of it: both stood in its words."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

_OF_PERIODS = ("brake.halted", "deadline.near")


def upgrade() -> None:
    op.add_column("problems", sa.Column("follows", sa.String, nullable=False, server_default=""))
    op.add_column("problems", sa.Column("periods", sa.JSON, nullable=False, server_default="[]"))
    _take_apart()


def _take_apart() -> None:
    """What was told stays as told: it is not told again because another version remembers it otherwise."""
    connection = op.get_bind()
    problems = sa.table(
        "problems",
        *map(sa.column, ("id", "kind", "content", "text", "follows")),
        sa.column("periods", sa.JSON),
    )
    columns = problems.c
    found = connection.execute(sa.select(columns.id, columns.kind, columns.content, columns.text)).all()
    for row in found:
        text, _, follows = row.text.partition(" → ")
        values: dict[str, object] = {"text": text, "follows": follows}
        if row.kind in _OF_PERIODS:
            words, periods = _parted(row.content)
            values |= {"content": "\n".join(words), "periods": periods}
        connection.execute(sa.update(problems).where(columns.id == row.id).values(values))


def _parted(content: str) -> tuple[list[str], list[dict[str, str]]]:
    """Lines of words, and lines of an account and the instant at which it renews."""
    words: list[str] = []
    periods: list[dict[str, str]] = []
    for line in content.split("\n"):
        account, _, moment = line.rpartition(" ")
        try:
            datetime.fromisoformat(moment)
        except ValueError:
            words.append(line)
        else:
            periods.append({"account": account, "renews_at": moment})
    return words, periods
