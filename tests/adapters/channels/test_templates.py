from dataclasses import replace
from pathlib import Path
from re import escape
from resource import RUSAGE_SELF, getrusage

import pytest

from tests.adapters.channels.stage import NOW, digest, event, logged
from tests.builders import IN_USE
from watcher.adapters.channels.templates.jinja import TemplateEnvironment
from watcher.adapters.channels.templates.samples import samples
from watcher.adapters.channels.templates.template import Template, template_in, template_of, words
from watcher.adapters.channels.view import view_of
from watcher.messages.events import EventKind
from watcher.messages.problem_facts import HaltFacts

JOINED = "events|map(attribute='text')|join"
FIFTY = "events[:50]|map(attribute='text')|join"
LONG = f"({FIFTY}({FIFTY}))"
"""Tens of thousands of signs, where there are as many events as come at once."""
LISTS = ", ".join(["events"] * 2_000)
EVERY = "{% for event in events %}{{ event.handle }}{{ event.text }}\n{% endfor %}"


def test_a_template_gives_a_digest_its_words():
    template = template_of(
        "{{ at }}{% if not live %}, would be{% endif %}.\n"
        "{% for project, events in events|groupby('project') %}\n"
        "{{ project }}: {% for event in events %}{{ event.handle }} {{ event.money }}"
        "{% if event.renews %} {{ event.renews }}{% endif %}{{ ', ' if not loop.last }}{% endfor %}\n\n"
        "{% endfor %}\n"
        "{{ in_use.renewals }} in use, {{ in_use.money }}; "
        "{{ totals.critical }} critical; {{ 150|dollars }}\n"
    )
    told = digest(
        event(handle="b", project="two"),
        event(EventKind.RELEASE_FAILED, handle="a", project="one"),
        event(handle="c", facts=IN_USE),
        live=False,
    )
    assert template.render(told) == (
        "Mon 18 May 2026 12:00 UTC, would be.\n"
        "one: @a $150.00 in 1 d 7 h, Tue 19 May 19:00 UTC\n"
        "two: @b $150.00 in 1 d 7 h, Tue 19 May 19:00 UTC\n"
        "1 in use, $150.00; 1 critical; $1.50\n"
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ evnts }}", "line 1: there is no `evnts`; did you mean `events`?"),
        (
            "\n\n{% for e in events %}{{ e.handel }}{% endfor %}",
            "line 3: there is no `handel`; did you mean `handle`?",
        ),
        (
            "{% for e in events %}\n{% if e.kind == 'clock.off' %}{{ e.txt }}{% endif %}{% endfor %}",
            "line 2: there is no `txt`; did you mean `text`?",
        ),
        ("{{ events|jion }}", "line 1: there is no filter `jion`; did you mean `join`?"),
        ("{{ at is foo }}", "line 1: No test named 'foo'"),
        ("a\n{% if live %}", "line 2: Unexpected end of template"),
        ("{{ events }}", "line 1: a list or a table cannot be printed"),
        ("{{ 'x'|dollars }}", "line 1: `dollars` takes a number of cents"),
        ("x" * 20_001, "a template has at most 20,000 characters"),
        ("{{ totals.money }}", "it does not name every account whose release is announced"),
        ("{% for e in events[:3] %}{{ e.handle }}{% endfor %}", "it does not name every account"),
    ],
)
def test_a_template_that_would_fail_is_refused_with_its_line_and_the_name(source, why):
    with pytest.raises(ValueError, match=f"^{escape(why)}"):
        template_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**10 }}",
        "{{ 10 ** 10 ** 10 }}",
        "{% set x = 'x' %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% for e in events recursive %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ events.__class__ }}",
        "{{ events.append(1) }}",
        "{{ at.format }}",
        "{{ '%999999999d'|format(1) }}",
        "{{ 'x'|center(999999999) }}",
        "{{ events|map('attr', '__class__')|join }}",
        "{{ self.__init__.__globals__ }}",
        "{{ __budget }}",
        "{% for a in events %}{% for b in events %}{% for c in events %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in events %}{% for b in events %}{{ at }}{{ at }}{% endfor %}{% endfor %}",
        f"{{{{ {JOINED}({JOINED}({JOINED})) }}}}",
        f"{{{{ [{LISTS}]|sum(start=[])|length }}}}",
        f"{{{{ [{LISTS}]|map('sum', start=[])|first|length }}}}",
        f"{{{{ ({' ~ '.join([LONG] * 150)})|length }}}}",
        f"{{{{ [{', '.join([f'{LONG}|list'] * 150)}]|length }}}}",
        f"{{{{ [{', '.join([LONG] * 150)}]|map('list')|list|length }}}}",
        f"{{% for a in {LONG} %}}{{% if {' and '.join(['at'] * 100)} %}}{{% endif %}}{{% endfor %}}",
    ],
)
def test_a_template_reaches_nothing_and_takes_no_more_than_its_share(source):
    """`[[v, …], …]|sum(start=[])` took one and a half gigabytes: each list was added to a new one."""
    before = getrusage(RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match=r"^line 1: |^it writes more"):
        template_of(source, whole=False)
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes"


def test_what_pays_for_itself_says_the_same_as_ever():
    source = EVERY + "{{ 'a' ~ 1 ~ none }} {{ events|sum(attribute='cents') }} {{ [1, 2]|sum(start=3) }}"
    assert template_of(source).render(digest(event(cents=5), event(cents=7))).endswith("\na1 12 6")


def test_facts_may_be_asked_for_where_they_are():
    source = EVERY + "{% for e in events if e.facts.docket is defined %}{{ e.facts.docket }}{% endfor %}"
    assert (
        template_of(source)
        .render(digest(event(facts=HaltFacts(docket="7f3a", brakes=("too_many",), releases=24))))
        .endswith("7f3a")
    )


def test_text_of_others_is_printed_on_its_line_and_never_run():
    told = event(text="{{ 7*7 }}\r\n{% raw %}\x1b", handle="a\nb")
    assert template_of(EVERY).render(digest(told)) == "@a�b{{ 7*7 }}��{% raw %}�\n"


@pytest.fixture
def forgetful() -> Template:
    """Passes every sample, and fails where a fact is missing."""
    return template_of(
        EVERY + "{% for e in events if e.kind == 'brake.halted' %}{{ e.facts.docket }}{% endfor %}"
    )


def test_what_a_template_cannot_say_is_said_in_the_built_in_words(forgetful):
    with logged() as log:
        said = words(forgetful, digest(event(EventKind.BRAKE_HALTED)), lambda told: f"built in at {told.at}")
    assert said == f"built in at {NOW}"
    assert "there is no `docket`" in log.getvalue()


def test_an_announced_release_that_a_template_leaves_out_is_said_in_the_built_in_words():
    template = template_of(
        "{% for e in events if not e.facts.keep_url is defined %}{{ e.handle }}{% endfor %}"
    )
    with logged():
        assert (
            words(
                template,
                digest(replace(event(EventKind.RELEASE_ANNOUNCED), keep_url="https://w.example/keep")),
                lambda _: "built in",
            )
            == "built in"
        )


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="the file cannot be read: no such file or directory"):
        template_in(tmp_path / "none")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match="the file is not UTF-8"):
        template_in(tmp_path / "binary")


def test_the_page_on_templates_names_all_that_a_template_knows():
    page = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
    view = view_of(samples()[0]).values()
    names = {name for name, value in view.items() if not isinstance(value, dict | list)} | {"events"}
    names |= {f"{name}.{inner}" for name in ("in_use", "totals") for inner in view[name]}
    names |= {f"event.{name}" for name in view["events"][0]}
    assert [
        name for name in sorted(names | {*TemplateEnvironment().known_filters}) if f"`{name}`" not in page
    ] == []
    template_of(page.partition("```jinja\n")[2].partition("```")[0])
