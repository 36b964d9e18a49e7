"""Channels that carry messages to people. `kinds/` has one file for each, and none knows another."""
