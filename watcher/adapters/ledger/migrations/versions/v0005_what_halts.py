"""What halts a docket, for whoever looks at it before approving; expands only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.add_column("dockets", sa.Column("halts", sa.JSON))
