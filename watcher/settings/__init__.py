"""The configuration: found, read, checked, and every mistake told at once.

`load.load` answers `Good` or `Bad`; `model.Settings` is what it holds. An option is declared once, as a
field of a frozen dataclass beside its user; validation, schema, example and page are derived from it.
"""
