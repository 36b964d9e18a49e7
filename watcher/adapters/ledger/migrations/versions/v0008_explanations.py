"""What is told of a release that was not done, and of its renewal that was paid; expands only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("explanation", sa.String))
    op.add_column("outcomes", sa.Column("explanation", sa.String))
