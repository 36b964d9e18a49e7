"""What a day of use showed that the ledger has to remember; expands only."""

import sqlalchemy as sa
from alembic import op

from watcher.facts.handles import folded

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.add_column("meta", sa.Column("shard", sa.String))
    op.add_column("outcomes", sa.Column("undone_at", sa.BigInteger))
    op.add_column("notices", sa.Column("handle", sa.String))
    op.add_column("notices", sa.Column("platform", sa.String))
    op.add_column("notices", sa.Column("assigned_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("receiver", sa.String))
    op.create_table(
        "receivers",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("notifier", sa.String, primary_key=True),
        sa.Column("receiver", sa.String, primary_key=True),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    _name_notices()
    _fold_handles()
    _an_account_is_known_by_each_project()
    op.add_column("accounts", sa.Column("used_for", sa.BigInteger))
    op.add_column("accounts", sa.Column("unshown_since", sa.BigInteger))
    op.add_column("accounts", sa.Column("missed_at", sa.BigInteger))
    op.add_column("projects", sa.Column("blank_since", sa.BigInteger))


def _name_notices() -> None:
    """Under which handle a release was announced says the message that announced it; of the lease known then.

    A notice whose message is not there stays without, and is void: the release is announced anew.
    """
    connection = op.get_bind()
    notices = sa.table(
        "notices", *map(sa.column, ("id", "key", "account", "voided", "handle", "platform", "assigned_at"))
    )
    accounts = sa.table("accounts", *map(sa.column, ("account", "platform", "assigned_at")))
    outbox = sa.table("outbox", sa.column("key"), sa.column("event", sa.JSON))
    announced = (
        sa.select(notices.c.id, accounts.c.platform, accounts.c.assigned_at, outbox.c.event)
        .join(accounts, accounts.c.account == notices.c.account)
        .join(outbox, outbox.c.key == notices.c.key)
        .where(notices.c.voided.is_(None))
    )
    for row in connection.execute(announced).all():
        named = {"handle": row.event.get("handle"), "platform": row.platform, "assigned_at": row.assigned_at}
        connection.execute(sa.update(notices).where(notices.c.id == row.id).values(named))


def _fold_handles() -> None:
    """Handles are found by the rule they are compared by; earlier versions knew case alone.

    Another change of that rule needs a migration of its own, for what this one has folded already.
    """
    connection = op.get_bind()
    accounts = sa.table("accounts", *map(sa.column, ("account", "handle", "handle_folded")))
    for row in connection.execute(sa.select(accounts)).all():
        if (name := folded(row.handle)) != row.handle_folded:
            this = accounts.c.account == row.account
            connection.execute(sa.update(accounts).where(this).values(handle_folded=name))


def _an_account_is_known_by_each_project() -> None:
    """An account had one row, and a second project that listed it wrote over what the first knew of it."""
    op.add_column("projects", sa.Column("missing_since", sa.BigInteger))
    op.create_table(
        "strange",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("present", sa.Boolean, nullable=False),
    )
    op.create_index("strange_by_account", "strange", ["account"])
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt()
    else:
        op.drop_constraint("observations_account_fkey", "observations", type_="foreignkey")
        op.drop_constraint("accounts_pkey", "accounts", type_="primary")
        op.create_primary_key("accounts_pkey", "accounts", ["account", "project"])
    listed = sa.text("gone_at IS NULL")
    op.create_index(
        "accounts_listed",
        "accounts",
        ["account", "project"],
        sqlite_where=listed,
        postgresql_where=listed,
    )


def _rebuilt() -> None:
    """SQLite changes no key of a table that is there: it is made anew, first the one that refers to it."""
    op.create_table(
        "observations_0004",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("turn", sa.String, sa.ForeignKey("turns.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    _moved("observations", "id, account, project, turn, at, facts")
    op.create_index("observations_of_account", "observations", ["account", "at"])
    op.create_index("observations_by_time", "observations", ["at"])
    op.create_table(
        "accounts_0004",
        sa.Column("account", sa.String, primary_key=True),
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("handle", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("followers", sa.BigInteger),
        sa.Column("assigned_at", sa.BigInteger, nullable=False),
        sa.Column("renews_at", sa.BigInteger, nullable=False),
        sa.Column("price_cents", sa.BigInteger, nullable=False),
        sa.Column("first_seen_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger),
        sa.Column("used_what", sa.String),
        sa.Column("usage", sa.String, nullable=False),
        sa.Column("turned_idle_at", sa.BigInteger),
        sa.Column("reason", sa.String),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("gone_at", sa.BigInteger),
        sa.Column("handle_folded", sa.String, nullable=False),
    )
    _moved(
        "accounts",
        "account, project, handle, platform, followers, assigned_at, renews_at, price_cents, first_seen_at, "
        "used_at, used_what, usage, turned_idle_at, reason, decided_at, gone_at, handle_folded",
    )
    op.create_index("accounts_of_project", "accounts", ["project"])
    op.create_index("accounts_by_handle", "accounts", ["handle_folded"])


def _moved(table: str, columns: str) -> None:
    op.execute(f"INSERT INTO {table}_0004 ({columns}) SELECT {columns} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"{table}_0004", table)
