"""Mutation testing of the pure core: `make mutants` (docs/mutants.md)."""
