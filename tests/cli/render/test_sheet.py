"""Text in so many cells of a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from watcher.cli.render.sheet import fit_name
from watcher.texts.plain import plain


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (17, "Brand (prj_01HX) "),
        (16, "Brand (prj_01HX)"),
        (15, "Brand (…j_01HX)"),
        (9, "Bran…1HX)"),
        (8, "Brand (…"),
        (1, "…"),
    ],
)
def test_a_name_keeps_both_its_ends_where_there_is_room_for_them(cells: int, shown: str) -> None:
    assert fit_name("Brand (prj_01HX)", cells) == shown


@given(st.text(max_size=30), st.integers(1, 25))
def test_a_name_takes_the_cells_that_it_is_given_however_wide_its_signs_are(name: str, cells: int) -> None:
    assert cell_len(fit_name(plain(name), cells)) == cells
