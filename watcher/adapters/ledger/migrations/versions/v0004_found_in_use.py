"""What a day of use showed that the ledger has to remember; expands only."""

import sqlalchemy as sa
from alembic import op

from watcher.domain.handles import folded

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    _fold_handles()


def _fold_handles() -> None:
    """Handles are found by the rule they are compared by; earlier versions knew case alone."""
    connection = op.get_bind()
    accounts = sa.table("accounts", *map(sa.column, ("account", "handle", "handle_folded")))
    for row in connection.execute(sa.select(accounts)).all():
        if (name := folded(row.handle)) != row.handle_folded:
            this = accounts.c.account == row.account
            connection.execute(sa.update(accounts).where(this).values(handle_folded=name))
