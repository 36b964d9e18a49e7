"""Turns on timers: the daemon decides when a turn is taken, and nothing else."""
