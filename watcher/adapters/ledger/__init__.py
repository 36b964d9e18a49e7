"""The ledger on SQLite. Importing this package costs nothing; `opening` has its front doors."""
