"""One file a command, imported when it is named: its arguments, and what it does."""
