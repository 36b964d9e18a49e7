"""How an option is declared: its default, and what a person needs to know about it."""

from dataclasses import dataclass, fields

from watcher.rules.option import FILLED_IN, HELP, MAXIMUM, MINIMUM, SECRET, filled_in, option


def test_an_option_has_its_default_what_it_is_for_and_its_bounds() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Options:
        many: int = option(20, "How many.", minimum=1, maximum=99)
        word: str = option("", "A word of its own.", secret=True)
        late: str = option("no", "Came later.", shown=False)
        ahead: int = filled_in(0)

    assert repr(Options()).endswith("Options(many=20, word='')"), "fingerprints rest on what is shown"
    assert Options().late == "no"
    assert [dict(one.metadata) for one in fields(Options)] == [
        {HELP: "How many.", MINIMUM: 1, MAXIMUM: 99, SECRET: False},
        {HELP: "A word of its own.", MINIMUM: None, MAXIMUM: None, SECRET: True},
        {HELP: "Came later.", MINIMUM: None, MAXIMUM: None, SECRET: False},
        {FILLED_IN: True},
    ]
