"""The scenarios of a forecast from today."""

from __future__ import annotations

from funnelsim.studies.today.scenarios import without_walks


def test_donors_live_without_random_walks_and_with_all_other_shocks() -> None:
    walk, wave = {"deviation": 0.2, "persistence": 1.0}, {"deviation": 0.2, "persistence": 0.5}
    draws = {"draws": "draws.csv"}
    found = without_walks(
        {
            "shocks": {"demand": walk, "odds": wave},
            "channels": {"web": {"demand_shock": walk, "fit": 1.0}, "fair": {"demand_shock": wave}},
            "uncertainties": {
                "shocks.demand": draws,
                "shocks.odds.deviation": draws,
                "channels.web.demand_shock.deviation *=": draws,
                "channels.web.fit": draws,
            },
        }
    )
    assert found["shocks"] == {"odds": wave}
    assert found["channels"] == {"web": {"fit": 1.0}, "fair": {"demand_shock": wave}}
    assert list(found["uncertainties"]) == ["shocks.odds.deviation", "channels.web.fit"]
