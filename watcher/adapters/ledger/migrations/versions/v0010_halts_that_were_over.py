"""What was to halt a release that nobody had to approve in the end; expands only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    op.add_column("intents", sa.Column("halt_over", sa.String))
