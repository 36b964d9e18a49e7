"""Alembic's way in. `watcher.adapters.ledger.migrate` hands over a connection, already in a transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
