from datetime import timedelta

from watcher.adapters.layers.options import ALLOWANCES, ApiOptions, Tier


def test_the_defaults_are_the_documented_ones():
    assert ApiOptions() == ApiOptions(
        base_url="https://api.layers.com", timeout=timedelta(seconds=10), tier=Tier.AUTO, threads=4
    )


def test_every_tier_has_its_allowance():
    assert {tier.value: (held.reads, held.writes) for tier, held in ALLOWANCES.items()} == {
        "auto": (120, 60),
        "standard": (120, 60),
        "pilot": (1_200, 600),
        "partner": (6_000, 3_000),
    }
