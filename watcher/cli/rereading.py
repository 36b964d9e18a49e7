"""Reading the configuration again, for a daemon that is asked to."""

from argparse import Namespace
from dataclasses import dataclass, field

from watcher.cli.configured import configure_log, loaded, log_warnings, secrets_in
from watcher.cli.surroundings import Surroundings
from watcher.daemon.reload import Configuration, ReloadRefused
from watcher.settings.findings import Finding, Severity
from watcher.settings.load import Bad, Good
from watcher.settings.needs import missing_key, nothing_watched
from watcher.texts.secret import Secret


@dataclass(kw_only=True, slots=True)
class Rereading:
    """From the same words and variables as at start; `good` is what was last read without a mistake."""

    options: Namespace
    surroundings: Surroundings
    good: Good
    _hidden: tuple[Secret, ...] = field(default=(), repr=False)

    def read(self) -> Configuration:
        """Everything anew: file, secrets, credentials, key. Raises `ReloadRefused` with all mistakes."""
        around = self.surroundings
        found = loaded(self.options, around)
        if isinstance(found, Bad):
            raise _refused(found.findings)
        if found.key is None:
            raise _refused((missing_key(),))
        nothing = nothing_watched(found)
        if nothing is not None:
            raise _refused((nothing,))
        # The former secrets stay hidden too: what was made with them is still under way.
        self._hidden = tuple({*self._hidden, *secrets_in(self.good), *secrets_in(found)})
        configure_log(around, self._hidden)
        log_warnings(found.warnings)
        self.good = found
        return Configuration(settings=found.settings, key=found.key)


def _refused(findings: tuple[Finding, ...]) -> ReloadRefused:
    wrong = [_line(each) for each in findings if each.severity is Severity.ERROR]
    return ReloadRefused(wrong[0], findings=tuple(wrong))


def _line(finding: Finding) -> str:
    place = ":".join(str(part) for part in (finding.file, finding.line) if part is not None)
    return " ".join(" ".join(part for part in (place, finding.key, finding.message) if part).split())
