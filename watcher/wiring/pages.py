"""Who writes pages: as HTML, which has one home."""

from watcher.adapters.pages.whole_page import open_sheets
from watcher.ports.pages import PageWriter


def html_writer() -> PageWriter:
    """Each page as one file, with nothing fetched from anywhere."""
    return open_sheets().write
