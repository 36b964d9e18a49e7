"""What was said and done, for good: people's words, notices, release attempts, how lease periods ended."""
