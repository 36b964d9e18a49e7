"""Channels that carry messages to people: one file each, strangers to each other."""
