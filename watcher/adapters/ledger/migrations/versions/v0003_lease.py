"""The writer's lock: who acts, under which number, until when."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    lease = op.create_table(
        "lease",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("host", sa.String),
        sa.Column("machine", sa.String),
        sa.Column("pid", sa.BigInteger),
        sa.Column("process", sa.String),
        sa.Column("token", sa.String),
        sa.Column("since", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.CheckConstraint("id = 1", name="one_lease"),
    )
    op.bulk_insert(lease, [{"id": 1, "number": 0}])
