"""The ledger, on SQLite or PostgreSQL. Importing this package costs nothing; `opening` has its doors."""
