"""The configuration: found, read, judged, and every mistake told at once.

An option is declared once, as a field of a frozen dataclass beside its user; `model.Settings` holds them all,
and `declare` reads from it what may be said. `load.load` answers `Good` or `Bad`:

    read/        sources: the file's TOML, variables, credentials and secret files → one merged tree
    validate     the tree, value by value, by the adapter of each option → `Settings`, and complaints
    check/       rules that no single option can know → complaints
    findings     complaints → findings, each with its file and line

`generate` writes schema, page and example from the same declarations.
"""
