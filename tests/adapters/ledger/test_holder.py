"""Who is known to be gone: a process of the same boot of the same machine, and nobody else."""

import pytest

from watcher.adapters.ledger import holder


@pytest.fixture(autouse=True)
def _asked_anew():
    holder._machine.cache_clear()
    yield
    holder._machine.cache_clear()


def test_the_boot_is_the_service_manager_s_word_where_the_kernel_s_is_hidden(tmp_path, monkeypatch):
    """The unit hides /proc/sys: after a kill by the watchdog the ledger stayed held for 5 min."""
    monkeypatch.setattr(holder, "_BOOT_ID", tmp_path / "hidden")
    assert holder.new_holder().machine == ""
    holder._machine.cache_clear()
    monkeypatch.setenv(holder.BOOT, "0123456789abcdef0123456789abcdef")
    assert holder.new_holder().machine.startswith("0123456789abcdef0123456789abcdef pid:[")


def test_both_words_for_the_boot_are_the_same(tmp_path, monkeypatch):
    said = tmp_path / "boot_id"
    said.write_text("01234567-89ab-cdef-0123-456789abcdef\n", encoding="ascii")
    monkeypatch.setattr(holder, "_BOOT_ID", said)
    kernel = holder.new_holder().machine
    holder._machine.cache_clear()
    monkeypatch.setenv(holder.BOOT, "0123456789abcdef0123456789abcdef")
    assert holder.new_holder().machine == kernel
