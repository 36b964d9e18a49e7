"""What a person with a browser sees and does."""

from urllib.parse import urlsplit

import pytest

from tests.adapters.pages.keep.browser import PROGRAM, browsing
from tests.adapters.pages.keep.stage import standing

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here")


def test_a_person_opens_the_link_types_why_and_presses_the_button(tmp_path):
    with standing() as stand, browsing(tmp_path) as browser:
        page = stand.address + urlsplit(stand.link).path
        browser.open(page)
        browser.run("document.querySelector('input').value = 'holiday campaign'")
        asked = browser.run("document.title")
        styled = browser.run("getComputedStyle(document.querySelector('button')).fontWeight")
        browser.press("button")
        done = browser.run("document.title")

        assert (asked, done) == ("Keep @latte.art.lab?", "@latte.art.lab is held until it renews")
        assert [hold.why for hold in stand.books.holds] == ["holiday campaign"]
        assert styled == "600", "its own policy must let it use its own style"
        assert browser.complaints == []
        assert set(browser.requests) == {page}
