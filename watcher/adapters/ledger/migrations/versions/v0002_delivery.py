"""Standing problems, how channels do, conversations; what a message is about and how its delivery goes."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.create_table(
        "problems",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("content", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
        sa.Column("project", sa.String),
    )
    op.create_table(
        "channels",
        sa.Column("notifier", sa.String, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", sa.BigInteger),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("refusing", sa.Boolean, nullable=False),
        sa.Column("why", sa.String, nullable=False),
        sa.Column("sent", sa.JSON, nullable=False),
    )
    op.create_table(
        "threads",
        sa.Column("notifier", sa.String, primary_key=True),
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("thread", sa.String, nullable=False),
    )
    op.add_column("outbox", sa.Column("topic", sa.String))
    op.add_column("outbox", sa.Column("closing", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("counted", sa.Boolean))
    op.add_column("outbox", sa.Column("begun_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("together", sa.Integer))
    op.add_column("outbox", sa.Column("twice", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("stale", sa.String))
    op.add_column("outbox", sa.Column("ended_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("dropped_by", sa.String))
    op.add_column("overrides", sa.Column("problem", sa.String))
    _name_topics()
    op.create_index("outbox_by_topic", "outbox", ["topic", "notifier"])


def _name_topics() -> None:
    """What older messages about a lease period are about, as the events themselves would say."""
    connection = op.get_bind()
    outbox = sa.table("outbox", *map(sa.column, ("id", "account", "renews_at", "topic")))
    of_a_period = outbox.c.account.is_not(None) & outbox.c.renews_at.is_not(None)
    for row in connection.execute(sa.select(outbox).where(of_a_period)).all():
        renews_at = _EPOCH + timedelta(microseconds=row.renews_at)
        topic = f"lease:{row.account}:{renews_at.isoformat()}"
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(topic=topic))
