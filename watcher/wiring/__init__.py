"""The only place that chooses: from settings to what reads, writes, sends, serves and releases.

Whoever is above it, a command or the daemon, says what is wanted and is handed a port or a value: that none
of them imports an adapter is held by `lint-imports`. One file for each thing that is put together, so that a
command loads no library of what it does not ask for.
"""
