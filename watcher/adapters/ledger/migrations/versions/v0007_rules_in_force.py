"""Since when a project is watched by the rules that it is watched by; expands only."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"


def upgrade() -> None:
    op.add_column("projects", sa.Column("rules", sa.String))
