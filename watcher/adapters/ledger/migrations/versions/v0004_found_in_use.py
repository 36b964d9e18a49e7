"""What a day of use showed that the ledger has to remember; expands only."""

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    pass
