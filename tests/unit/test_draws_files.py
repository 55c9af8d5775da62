"""Files of draws: values that are uncertain together, a row for each world (U9)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import funnelsim as fs
from funnelsim.chance.keys import hash24, hash32, uniforms, world_of
from funnelsim.scenario import ScenarioError, lower, lower_in, parse, worlds_of
from funnelsim.scenario.level import at_medians

from .good_scenario import GOOD

TEXT = f"horizon = {{ warm_up_months = 1, drain_months = 1 }}{GOOD}"
TALK = "stages.talk.conversion"
EFFORT = "stages.talk.effort_hours"
WAIT = "effects.wait"
RATE = "channels.web.inquiries_per_month *="
HEAD = f"{TALK};{EFFORT};{WAIT};{RATE}"
ROWS = (
    "0.2;{ median = 1, p90 = 3 };{ hours = [24.0, 100.0], odds_ratio = [1.0, 0.9] };1.5",
    "0.6;4;{ hours = [24.0, 300.0], odds_ratio = [1.0, 0.4] };0.5",
    "0.4;{ low = 1, likely = 2, high = 6 };{ hours = [24.0, 200.0], odds_ratio = [1.0, 0.6] };1.0",
)
KEYS = (TALK, EFFORT, WAIT, RATE)


def of_draws(folder: Path, *rows: str, head: str = HEAD, keys: tuple[str, ...] = KEYS) -> fs.Scenario:
    (folder / "draws.csv").write_text("\n".join((head, *rows)), encoding="utf-8")
    drawn = [f'"{key}" = {{ draws = "draws.csv" }}' for key in keys]
    return parse("\n".join((TEXT, "[uncertainties]", *drawn)), "mine.toml", folder)


def wrong(folder: Path, *rows: str, head: str = TALK, keys: tuple[str, ...] = (TALK,)) -> str:
    with pytest.raises(ScenarioError) as caught:
        of_draws(folder, *rows, head=head, keys=keys)
    (problem,) = caught.value.problems
    return problem.sentence()


def row_of(number: int, rows: int = 3) -> int:
    level = uniforms(world_of(1, number), 3 << 56 | hash24("draws.csv") << 32, hash32("draws", ""), 0)[0]
    return int(level * rows)


def test_a_world_has_all_values_of_its_row_as_if_they_had_been_typed(tmp_path: Path) -> None:
    scenario = of_draws(tmp_path, *ROWS)
    base, seen = parse(TEXT), set()
    for number in range(12):
        row = row_of(number)
        seen.add(row)
        cells = [fs_value(cell) for cell in ROWS[row].split(";")]
        typed = lower(base.with_changes(dict(zip(KEYS, cells, strict=True)))).model
        drawn = lower_in(scenario, world_of(1, number)).model
        assert all(np.array_equal(a, b) for a, b in zip(drawn, typed, strict=True))
    assert seen == {0, 1, 2}


def fs_value(cell: str) -> object:
    """Read a cell as the change of a strategy."""
    return fs.scenario.changes.parse_assignment(f"x={cell}")[1]


def test_rows_are_drawn_alike(tmp_path: Path) -> None:
    worlds = worlds_of(of_draws(tmp_path, *ROWS))
    odds = np.array([worlds(world_of(1, number)).stages["odds"][0] for number in range(600)])
    counts = np.unique(odds.round(9), return_counts=True)[1]
    assert len(counts) == 3
    assert np.abs(counts - 200).max() < 4 * np.sqrt(600 * 2 / 9)


def test_without_a_world_what_is_typed_stands_and_factors_are_at_their_median(tmp_path: Path) -> None:
    certain = at_medians(of_draws(tmp_path, *ROWS))
    assert certain.stages["talk"] == parse(TEXT).stages["talk"]
    assert certain.channels["web"].inquiries_per_month == 10 * 1.0


def test_numbers_and_medians_are_told(tmp_path: Path) -> None:
    worlds = worlds_of(of_draws(tmp_path, *ROWS))
    told = {each.key: each for each in worlds.parameters}
    assert set(told) == {TALK, EFFORT, RATE}
    assert (told[TALK].p10, told[TALK].p50) == pytest.approx((0.24, 0.4))  # of 0.2, 0.4, 0.6
    assert told[EFFORT].p90 == pytest.approx(4 - 0.2 * (4 - 2.46), abs=0.05)  # medians 1, 2.46 and 4
    levels = worlds.levels(world_of(1, 0))
    assert levels.tolist() == pytest.approx(
        [[1 / 6, 1 / 6, 5 / 6], [5 / 6, 5 / 6, 1 / 6], [1 / 2, 1 / 2, 1 / 2]][row_of(0)]
    )


def test_strategies_act_on_what_is_drawn_or_end_it(tmp_path: Path) -> None:
    scenario = of_draws(tmp_path, *ROWS)
    world, row = world_of(1, 0), row_of(0)
    more = scenario.with_changes({f"{TALK} *=": 0.5, f"{TALK} +=": 0.1, f"{EFFORT} *=": 2})
    drawn = (0.2, 0.6, 0.4)[row] * 0.5 + 0.1
    model = lower_in(more, world).model
    assert model.stages["odds"][0] == pytest.approx(drawn / (1 - drawn))
    scale = model.distributions["scale"][model.stages["effort"][0]]
    location = model.distributions["location"][model.stages["effort"][0]]
    once = lower_in(scenario, world).model
    assert (location, scale) == (
        2 * once.distributions["location"][once.stages["effort"][0]],
        2 * once.distributions["scale"][once.stages["effort"][0]]
        if row != 1
        else once.distributions["scale"][once.stages["effort"][0]],
    )
    known = scenario.with_changes({TALK: 0.5})
    assert TALK not in known.uncertainties
    assert known.uncertainties.keys() == {EFFORT, WAIT, RATE}


def test_twins_share_the_row(tmp_path: Path) -> None:
    apart = of_draws(tmp_path, "0.1", "0.9", head=TALK, keys=(TALK,))
    result = fs.simulate(apart, replications=40, jobs=1)
    assert result.forecast.share_unknown("won").value > 0.8  # 120 inquiries: 6 or 54 contracts


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (("0.2", "1.2"), "is 1.2 on line 3 of draws.csv; expected at most 1"),
        (("0.2", "-1"), "is -1.0 on line 3 of draws.csv; expected at least 0"),
        (("0.2", '"{ median = 1, p90 = 2 }"'), "on line 3 of draws.csv; expected a number"),
        (
            ("0.2", "many"),
            'is "draws.csv", where "many" on line 3, under stages.talk.conversion, is no value',
        ),
        (("0.2", "nan"), 'where "nan" on line 3'),
        ((), 'is "draws.csv", which has no draws'),
    ],
)
def test_a_wrong_cell_is_told_with_its_line_and_column(
    tmp_path: Path, rows: tuple[str, ...], sentence: str
) -> None:
    assert sentence in wrong(tmp_path, *rows)


@pytest.mark.parametrize(
    ("key", "cell", "sentence"),
    [
        (f"{TALK} *=", "2.5", "is 2.5 on line 2 of draws.csv, which makes stages.talk.conversion 1.25"),
        ("teams.sales.people", "3", "is a choice and no measured number"),
        ("stages.tlak.conversion", "0.5", 'does not exist; did you mean "stages.talk.conversion"'),
        (EFFORT, "-2", "expected a duration that is never negative"),
        (WAIT, "{ hours = [24.0], odds_ratio = [1.0, 0.5] }", "line 2 of draws.csv, with which effects.wait"),
        ("teams.sales.hours_per_week", "30", "is agreed, not unknown"),
    ],
)
def test_a_column_in_the_wrong_place_is_refused(tmp_path: Path, key: str, cell: str, sentence: str) -> None:
    text = f'"{cell}"' if "," in cell else cell
    assert sentence in wrong(tmp_path, text, head=key, keys=(key,))


def test_a_missing_column_and_a_missing_file_are_told(tmp_path: Path) -> None:
    sentence = wrong(tmp_path, "0.2", head="stages.talk.conversoin")
    assert 'draws.csv has no column of this name; did you mean "stages.talk.conversoin"?' in sentence
    with pytest.raises(ScenarioError, match=r"none.csv.*cannot be read"):
        parse(f'{TEXT}[uncertainties]\n"{TALK}" = {{ draws = "none.csv" }}', "mine.toml", tmp_path)
    with pytest.raises(ScenarioError, match="outside the scenario's folder"):
        parse(f'{TEXT}[uncertainties]\n"{TALK}" = {{ draws = "../draws.csv" }}', "mine.toml", tmp_path)


def test_the_file_is_kept_with_the_scenario(tmp_path: Path) -> None:
    scenario = of_draws(tmp_path, *ROWS)
    assert scenario.sample_files == {"draws.csv": (tmp_path / "draws.csv").read_bytes()}
