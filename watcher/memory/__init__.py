"""What is remembered of accounts, projects and the fleet, and what a new reading makes of it."""
