"""What a day of use showed that the ledger has to remember; expands only."""

import sqlalchemy as sa
from alembic import op

from watcher.domain.handles import folded

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.add_column("notices", sa.Column("handle", sa.String))
    op.add_column("notices", sa.Column("platform", sa.String))
    _name_notices()
    _fold_handles()


def _name_notices() -> None:
    """Under which handle a release was announced says the message that announced it.

    A notice whose message is not there stays without, and is void: the release is announced anew.
    """
    connection = op.get_bind()
    notices = sa.table("notices", *map(sa.column, ("id", "key", "account", "voided", "handle", "platform")))
    accounts = sa.table("accounts", *map(sa.column, ("account", "platform")))
    outbox = sa.table("outbox", sa.column("key"), sa.column("event", sa.JSON))
    announced = (
        sa.select(notices.c.id, accounts.c.platform, outbox.c.event)
        .join(accounts, accounts.c.account == notices.c.account)
        .join(outbox, outbox.c.key == notices.c.key)
        .where(notices.c.voided.is_(None))
    )
    for row in connection.execute(announced).all():
        named = {"handle": row.event.get("handle"), "platform": row.platform}
        connection.execute(sa.update(notices).where(notices.c.id == row.id).values(named))


def _fold_handles() -> None:
    """Handles are found by the rule they are compared by; earlier versions knew case alone."""
    connection = op.get_bind()
    accounts = sa.table("accounts", *map(sa.column, ("account", "handle", "handle_folded")))
    for row in connection.execute(sa.select(accounts)).all():
        if (name := folded(row.handle)) != row.handle_folded:
            this = accounts.c.account == row.account
            connection.execute(sa.update(accounts).where(this).values(handle_folded=name))
