"""Simulated months of the real daemon under faults, judged by what is true: `make prove SEEDS=N`.

A seed is one history (`seeded`): a fleet, the rules over it, what is posted, what goes wrong (`faults/`) and
what people do (`people`). The daemon plays it (`stage`) over a model of the API that is independent of the
watcher (`model/`) and below its HTTP client (`wire`). Then an oracle (`oracle/`) asks what must never be.
Whatever is found is told with the one command that plays it again, without everything that it does not need
(`prove.shrunk`).

Whether the prover finds what it is to find is proved by bugs that are planted (`planted`).
"""
