"""Measurements as ratios to a named baseline of the same run; see README.md."""
