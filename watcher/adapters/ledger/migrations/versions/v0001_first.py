"""The first ledger. Instants and spans are whole microseconds, words are text."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_FIGURE = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Whatever the API says, as SQLite's integers hold it."""


def upgrade() -> None:
    meta = op.create_table(
        "meta",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organization", sa.String),
        sa.Column("base_url", sa.String),
        sa.Column("watermark", sa.BigInteger),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.bulk_insert(meta, [{"id": 1}])
    op.create_table(
        "turns",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("unbroken_since", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("completed", sa.Boolean, nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("summary", sa.JSON, nullable=False),
    )
    op.create_index("turns_finished", "turns", ["kind", "completed", "started_at"])
    op.create_table(
        "projects",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("shown", sa.Boolean, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("unreadable_since", sa.BigInteger),
    )
    op.create_table(
        "accounts",
        *_account(primary_key=True),
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
    op.create_index("accounts_of_project", "accounts", ["project"])
    op.create_index("accounts_by_handle", "accounts", ["handle_folded"])
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.String, sa.ForeignKey("accounts.account"), nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("turn", sa.String, sa.ForeignKey("turns.id"), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_index("observations_of_account", "observations", ["account", "at"])
    op.create_index("observations_by_time", "observations", ["at"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("renews_at", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.String, sa.ForeignKey("turns.id"), nullable=False),
        sa.Column("voided", sa.String),
        sa.Column("voided_at", sa.BigInteger),
    )
    op.create_index("notices_of_period", "notices", ["account", "renews_at"])
    op.create_table(
        "intents",
        sa.Column("id", sa.Integer, primary_key=True),
        *_account(primary_key=False),
        sa.Column("turn", sa.String, sa.ForeignKey("turns.id"), nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("ending", sa.String),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("request_id", sa.String),
        sa.Column("said_by", sa.String),
    )
    op.create_index("intents_of_project", "intents", ["project"])
    op.create_index("intents_of_period", "intents", ["account", "renews_at"])
    unresolved = sa.text("ending IS NULL")
    op.create_index(
        "one_unresolved_intent",
        "intents",
        ["account"],
        unique=True,
        sqlite_where=unresolved,
        postgresql_where=unresolved,
    )
    op.create_table(
        "outcomes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("account", sa.String, nullable=False),
        sa.Column("renews_at", sa.BigInteger, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("handle", sa.String, nullable=False),
        sa.Column("price_cents", _FIGURE, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String),
        sa.Column("estimated", sa.Boolean, nullable=False),
        sa.UniqueConstraint("account", "renews_at", "kind", name="one_outcome_of_a_kind"),
    )
    op.create_index("outcomes_by_time", "outcomes", ["kind", "at"])
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("account", sa.String),
        sa.Column("project", sa.String),
        sa.Column("until", sa.BigInteger),
        sa.Column("periods", sa.JSON, nullable=False),
    )
    op.create_table(
        "dockets",
        sa.Column("docket", sa.String, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("periods", sa.JSON, nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("notifier", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("event", sa.JSON, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_error", sa.String),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("given_up_at", sa.BigInteger),
        sa.Column("account", sa.String),
        sa.Column("renews_at", sa.BigInteger),
        sa.Column("rung", sa.BigInteger),
        sa.UniqueConstraint("key", "notifier", name="told_once"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "notifier"])
    rungs = sa.text("rung IS NOT NULL")
    op.create_index(
        "outbox_rungs", "outbox", ["account", "renews_at"], sqlite_where=rungs, postgresql_where=rungs
    )


def _account(*, primary_key: bool) -> list[sa.Column[object]]:
    return [
        sa.Column("account", sa.String, primary_key=primary_key, nullable=False),
        sa.Column("project", sa.String, nullable=False),
        sa.Column("handle", sa.String, nullable=False),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("followers", _FIGURE),
        sa.Column("assigned_at", sa.BigInteger, nullable=False),
        sa.Column("renews_at", sa.BigInteger, nullable=False),
        sa.Column("price_cents", _FIGURE, nullable=False),
    ]
