"""A ledger in memory: a fold over the same writes as the databases', for simulations, forecasts and tests.

    state = State()
    with closing(MemoryLedger(state)) as ledger:  # as many as there are processes in the story
        ledger.take_lock(now)
        ledger.apply((TurnBegun(turn=record),))

It needs no library and no file, and it is gone with its process: what must outlive one is kept in a database.
"""
