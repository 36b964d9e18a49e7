"""The image installs what is pinned, and runs as the pods' user."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_image_installs_what_is_pinned_and_runs_as_the_pods_user() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert "--require-hashes -r /tmp/requirements.txt" in text
    assert "USER 10001" in text
