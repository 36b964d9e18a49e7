"""A word for a release: the lease that was shown, how it was answered, which word an intent is by."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.add_column("overrides", sa.Column("handle", sa.String))
    op.add_column("overrides", sa.Column("began", sa.BigInteger))
    op.add_column("overrides", sa.Column("used_at", sa.BigInteger))
    op.add_column("overrides", sa.Column("exit", sa.Integer))
    op.add_column("intents", sa.Column("asked_by", sa.String))
    op.add_column("intents", sa.Column("asked_at", sa.BigInteger))
