"""Today's behaviour, written down: a rebuilt watcher does the same, to the letter.

Each history is 45 days of a small fleet, drawn from a seed, on the sandbox, run by the real commands:
cron lines and the daemon, people's words, faults, clocks and receivers. Its text in `recorded/` has every
turn, DELETE, message and printed line, and the ledger's rows at the end.
"""
