"""From what is wrong to where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from watcher.settings.declarations import Path
from watcher.settings.findings import MOST_SHOWN, Complaint, Finding, Severity, dotted
from watcher.settings.lines import Lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The sources of a configuration: the file, and which variables and credentials set what."""

    path: FilePath
    text: str
    variables: Mapping[Path, str]
    files: Mapping[Path, str]

    def findings(self, complaints: Iterable[Complaint]) -> tuple[Finding, ...]:
        """Each complaint at its place, errors first, then in the file's order; what repeats is said once.

        Of more than `MOST_SHOWN` the last one says how many more there are.
        """
        lines = Lines(self.text)
        different = sorted(dict.fromkeys(complaints), key=lambda each: each.severity is Severity.WARNING)
        found = dict.fromkeys(self._finding(each, lines) for each in different[:MOST_SHOWN])
        listed = sorted(found, key=lambda each: (each.severity is Severity.WARNING, each.line or 0, each.key))
        more = different[MOST_SHOWN:]
        if more:
            listed.append(
                Finding(
                    severity=more[0].severity,
                    file=str(self.path),
                    line=None,
                    key="",
                    message=f"and {len(more):,} more",
                    fix="mend these first, then check again",
                )
            )
        return tuple(listed)

    def _finding(self, complaint: Complaint, lines: Lines) -> Finding:
        path = complaint.path
        file: str | None = str(self.path)
        key, line = dotted(path), None
        variable = complaint.variable or _set_by(self.variables, path)
        if variable is not None:
            file, key = None, variable
        elif credential := _set_by(self.files, path):
            file = credential
        else:
            line = lines.line_of(path)
        return Finding(
            severity=complaint.severity,
            file=file,
            line=line,
            key=key,
            message=complaint.message,
            suggestion=complaint.suggestion,
            fix=complaint.fix,
        )


def _set_by(origins: Mapping[Path, str], path: Path) -> str | None:
    """What set the value at a path, or the list that it is in."""
    return origins.get(path) or origins.get(path[:-1])
