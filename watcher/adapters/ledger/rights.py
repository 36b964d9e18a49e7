"""What a role may do to a ledger on a server: asked before a turn, for after a DELETE it is too late."""

from typing import Final

from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from watcher.adapters.ledger.schema import metadata, observations, problems, threads

_EVERYWHERE: Final = ("SELECT", "INSERT", "UPDATE")
_DELETED_FROM: Final = frozenset({observations.name, problems.name, threads.name})
"""Nothing else is ever deleted, but by an import, which does nothing else."""

_WANTED: Final = [
    (table.name, right)
    for table in metadata.sorted_tables
    for right in (*_EVERYWHERE, *(("DELETE",) if table.name in _DELETED_FROM else ()))
]
_MISSING: Final = text(
    'SELECT wanted.name, wanted."right" FROM unnest(:names, :rights) AS wanted(name, "right")'
    " WHERE NOT has_table_privilege("
    "quote_ident(current_schema()) || '.' || quote_ident(wanted.name), wanted.\"right\")"
    # The numbers of a serial column come from what has rights of its own.
    " UNION ALL SELECT numbers.relname, 'USAGE' FROM pg_catalog.pg_class numbers"
    " JOIN pg_catalog.pg_depend owned ON owned.objid = numbers.oid AND owned.deptype = 'a'"
    " JOIN pg_catalog.pg_class owner ON owner.oid = owned.refobjid"
    " WHERE owner.relnamespace = current_schema()::regnamespace AND owner.relname = ANY(:names)"
    # A condition of its own: others may be tried in any order, and what is no sequence is an error.
    " AND CASE numbers.relkind WHEN 'S' THEN NOT has_sequence_privilege(numbers.oid, 'USAGE') ELSE false END"
).bindparams(bindparam("names", type_=ARRAY(Text)), bindparam("rights", type_=ARRAY(Text)))


def missing(connection: Connection) -> str | None:
    """The first right that a turn needs and this role has not, as it is named to people."""
    asked = {"names": [name for name, _ in _WANTED], "rights": [right for _, right in _WANTED]}
    found = connection.execute(_MISSING, asked).first()
    return None if found is None else f"{found[1]} on {found[0]}"
