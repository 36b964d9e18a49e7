"""From what is wrong to where it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from watcher.settings.declarations import Path
from watcher.settings.findings import Complaint, Finding, Severity, dotted
from watcher.settings.lines import Lines


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """The sources of a configuration: the file, and which variables and credentials set what."""

    path: FilePath
    text: str
    variables: Mapping[Path, str]
    files: Mapping[Path, str]

    def findings(self, complaints: Iterable[Complaint]) -> tuple[Finding, ...]:
        """Each complaint at its place, errors first, then in the file's order; what repeats is said once."""
        lines = Lines(self.text)
        found = dict.fromkeys(self._finding(each, lines) for each in complaints)
        return tuple(
            sorted(found, key=lambda each: (each.severity is Severity.WARNING, each.line or 0, each.key))
        )

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
