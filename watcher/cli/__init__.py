"""Words on the command line become one call; a report becomes text and an exit code."""
