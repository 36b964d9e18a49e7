"""From when on a pause counts that begins later than it is said; expands only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0011", "0010"


def upgrade() -> None:
    op.add_column("overrides", sa.Column("begins", sa.BigInteger))
