"""Bugs by which what is secret is told."""

from contextlib import AbstractContextManager
from unittest.mock import patch

from tests.simulation.planted.bug import Planted, befalls
from watcher.adapters.channels import json_post
from watcher.adapters.http.client import Http


def answers_kept_as_they_came() -> AbstractContextManager[object]:
    """Whoever refuses says back what it was told, and that is quoted."""
    return patch.object(Http, "_struck", lambda self, outcome, bearer: outcome)


def whole_address_told() -> AbstractContextManager[object]:
    return patch.object(json_post, "place_of", lambda url: url.reveal())


SECRETS: dict[str, Planted] = {
    "answers kept as they came": Planted(
        plant=answers_kept_as_they_came,
        found_by="secret told",
        seed=22,
        shows=befalls("key rotated"),
    ),
    "whole address told": Planted(
        plant=whole_address_told, found_by="secret told", seed=11, shows=befalls("receiver down")
    ),
}
