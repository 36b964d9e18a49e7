"""The turn as pure functions: facts in, plan out."""
