"""A strategy is added to a scenario file: comments stay, a backup is kept, nothing is lost (WI11)."""

import pytest

from funnelsim.io.writing import UnusableError
from funnelsim.keeping.strategy_file import ChangedError, StrategyFile, UnreadableNowError, with_strategy
from funnelsim.scenario import ScenarioError, load, preset_text
from funnelsim.scenario.withheld import Withheld

_CHANGES = {"teams.sales.people": 3, "stages.proposal.effort_hours *=": 0.5}


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("# my own\n" + preset_text("first_steps"), encoding="utf-8")
    return path


def test_a_strategy_is_added_and_all_else_stays(mine):
    before = mine.read_text(encoding="utf-8")
    file = StrategyFile.of(str(mine))
    assert file.add("three reps", "Three of them", _CHANGES) == mine
    after = mine.read_text(encoding="utf-8")
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.splitlines())  # each, in this order
    assert load(mine).strategies["three reps"].change == _CHANGES
    assert load(mine).strategies["three reps"].about == "Three of them"
    assert mine.with_name("mine.toml.bak").read_text(encoding="utf-8") == before
    file.add("again", "", _CHANGES)  # it goes on from what it has written
    assert mine.with_name("mine.toml.bak2").read_text(encoding="utf-8") == after
    assert list(load(mine).strategies)[-2:] == ["three reps", "again"]


def test_a_file_that_has_changed_is_left_alone(mine):
    file = StrategyFile.of(str(mine))
    changed = mine.read_text(encoding="utf-8").replace("# my own", "# not yours")
    mine.write_text(changed, encoding="utf-8")
    with pytest.raises(
        ChangedError, match=r"mine.toml was changed since it was read: nothing is saved"
    ) as told:
        file.add("more", "", _CHANGES)
    assert "-# my own" in told.value.difference()
    assert "+# not yours" in told.value.difference()
    assert mine.read_text(encoding="utf-8") == changed
    assert [each.name for each in mine.parent.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("one_more_rep", _CHANGES, "is there already"),
        ("today", _CHANGES, "is today's name"),
        ("what_if", _CHANGES, "is the name of what is tried"),
        ("a+b", _CHANGES, "is not a name"),
        ("", _CHANGES, "is not a name"),
        ("fine", {"teams.sales.people": 0}, "teams.sales.people is 0"),
    ],
)
def test_what_would_not_be_valid_is_not_written(mine, name, changes, told):
    before = mine.read_text(encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        StrategyFile.of(str(mine)).add(name, "", changes)
    assert mine.read_text(encoding="utf-8") == before
    assert [each.name for each in mine.parent.iterdir()] == ["mine.toml"]


def test_a_preset_is_copied(tmp_path):
    file = StrategyFile.of("first_steps")
    with pytest.raises(UnusableError, match="a preset is not changed"):
        file.add("more", "", _CHANGES)
    copy = tmp_path / "my_first_steps.toml"
    assert file.add("more", "", _CHANGES, into=copy) == copy
    assert "more" in load(copy).strategies
    with pytest.raises(FileExistsError):
        StrategyFile.of("first_steps").add("more", "", _CHANGES, into=copy)
    file.add("and more", "", _CHANGES)  # into the copy
    assert "and more" in load(copy).strategies


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "strategies",
    ["", '[strategies.a]\nchange = { "teams.sales.people" = 3 } # three\n', "strategies.a.change = {}\n"],
)
def test_a_strategy_is_added_however_others_are_written(strategies, line_end):
    text = (strategies + "[teams.sales]\npeople = 2 # two\n").replace("\n", line_end)
    written = with_strategy(text, "</script><img onerror>", "words", _CHANGES)
    assert "# two" in written
    assert ("\r\n" in written) == (line_end == "\r\n")
    assert written.count("\n") == written.count(line_end)


def test_strategies_in_one_line_have_no_room_for_another():
    text = "strategies = { a = { change = {} } }\n"
    with pytest.raises(UnusableError, match="have no room for one more"):
        with_strategy(text, "b", "", _CHANGES)


def test_of_a_difference_only_the_lines_of_pay_are_left_out(mine):
    """WI9: also those whose table says that they are of pay."""
    file = StrategyFile.of(str(mine))
    changed = mine.read_text(encoding="utf-8").replace("# my own", "# not yours") + (
        "\n[teams.sales.reps.ada]\nskill = 1.5\ncost_per_month = 4321\n"
        "\n[[teams.sales.commission_tiers]]\nquota = 8765\n"
        "\n[teams.other]\ncommission_tiers = [\n  { quota = 9876 },\n]\nhours_per_week = 39\n"
    )
    mine.write_text(changed, encoding="utf-8")
    with pytest.raises(ChangedError) as told:
        file.add("x", "", _CHANGES)
    shown = told.value.difference(Withheld(load("first_steps")).file)
    for line in ("-# my own", "+# not yours", "+skill = 1.5", "+hours_per_week = 39"):
        assert line in shown.splitlines()
    for paid in ("4321", "8765", "9876"):
        assert paid in told.value.difference()
        assert paid not in shown


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "mine.toml is gone: nothing is saved"),
        (b"a\0b", r"mine.toml cannot be read: .* is binary\. Nothing is saved"),
    ],
)
def test_a_file_that_is_gone_or_no_text_is_not_saved(mine, content, told):
    file = StrategyFile.of(str(mine))
    mine.unlink() if content is None else mine.write_bytes(content)
    with pytest.raises(UnreadableNowError, match=told):
        file.add("x", "", _CHANGES)
    assert mine.exists() is (content is not None)
