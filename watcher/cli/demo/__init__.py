"""The demo: the commands a partner uses, on an embedded sandbox whose clock moves with theirs."""
