"""Today's behaviour, written down: a rebuilt watcher does the same, to the letter.

Each history is 45 days of a small fleet, drawn from a seed, on the sandbox, run by the real commands:
cron lines and the daemon, people's words, faults, clocks and receivers. Its text in `recorded/` has every
turn, DELETE, message and printed line, and the ledger's rows at the end.

`python -m tests.histories --record [NAME…]` writes them anew: a deliberate act, for whose difference there is
an ADR. `--absent` names the closed words that stand in none of them. Today those are words of an attempt that
the turn prints but no row keeps (facts changed, rules to come), what takes a second process or a real minute
(a lease lost, facts too old, a post in the midst of publishing), and brakes that halted nothing that was due.
Not seen either: HTML, and the kinds of notifier other than webhook, mail, ntfy and Alertmanager.
"""
