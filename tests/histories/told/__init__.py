"""The histories: what is configured in each, what happens in it, and how the watcher is run."""
