"""Serving small pages over plain HTTP, inside this process."""
