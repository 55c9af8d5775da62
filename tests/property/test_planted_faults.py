"""Faults planted in copies of the package are found: the tests that pass could have failed.

A stale cache of compiled code, the fault that no check of the sources sees, is planted in
`tests/unit/test_compilation.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import funnelsim

ROOT = Path(__file__).parents[2]
PACKAGE = Path(funnelsim.__file__).parent
QUICK = 3
SAID = {  # by a check that finds a fault: of those of the engines, in a scene made by hand, not by luck
    "parity": ("by_hand(INSTANTS", "ParityError"),
    "oracle": ("oracle_agrees", "AssertionError"),
    "changes": ("changes_agree", "AssertionError"),
    "accounts": ("everything_is_accounted_for", "Error"),
    "split": ("effort_is_split", "AssertionError"),
}


@dataclass(frozen=True)
class Fault:
    """An edit of one file, and the check that finds it."""

    file: str
    right: str
    wrong: str
    found_by: str
    among: tuple[str, ...] = ()  # what of it finds the fault; by default all is checked


FAULTS = {
    "the compiled engine breaks ties the other way": Fault(
        "engines/compiled/agenda.py", 'entry["entity"] > entity', 'entry["entity"] < entity', "parity"
    ),
    "the compiled engine grants before leads give up": Fault(
        "engines/compiled/loop.py",
        "            slot = decide(model, world, state, ledger)\n",
        "            if kind_of(order) == Due.GOES_COLD:\n"
        "                slot, rep = look_for_grants(model, world, state)\n"
        "            if slot == NONE:\n"
        "                slot = decide(model, world, state, ledger)\n",
        "parity",
    ),
    "the lowest number takes what the idle longest should": Fault(
        "engines/compiled/desks.py",
        'number, 0, rep["idle_since"], number)',
        "number, 0, 0, number)",
        "parity",
    ),
    "a full rep is given one more lead": Fault(
        "rules/assignment.py",
        'state["open"] < team["max_open"]',
        'state["open"] <= team["max_open"]',
        "oracle",
    ),
    "going back to the same stage counts as advancing": Fault(
        "rules/ending.py", 'target > pursuit["stage"]:', 'target >= pursuit["stage"]:', "oracle"
    ),
    "work may start at closing": Fault(
        "model/worktime.py", 'now < int(hours[row]["closes"])', 'now <= int(hours[row]["closes"])', "oracle"
    ),
    "a channel is busy by the luck of all channels": Fault(
        "rules/arrivals.py",
        'uniforms(world, channel["key"], BUSY, date)',
        "uniforms(world, _ALL_CHANNELS, BUSY_ALL, date)",
        "oracle",
    ),
    "a promotion never ends": Fault(
        "rules/contracts.py", '<= began < channel["cut_until"]', "<= began", "oracle"
    ),
    "reps without room keep their share of the lots": Fault(
        "rules/assignment.py",
        'total += model.reps[number]["weight"] if has_room(team, states[number]) else 0.0',
        'total += model.reps[number]["weight"]',
        "oracle",
    ),
    "a leaver is paid until the day of leaving, and no longer": Fault(
        "rules/costs.py", 'min(state["left"], ', 'min(rep["leaves"], ', "oracle"
    ),
    "the margin forgets that delivery costs as much in a promotion": Fault(
        "rules/contracts.py", "if share_of_price == 1.0:", "if True:", "oracle"
    ),
    "what was booked in the month before counts towards the quota": Fault(
        "rules/contracts.py",
        'if state["booked_in"] // period != month // period:',
        "if False:",
        "oracle",
    ),
    "a whole contract is paid for by the tier in which it begins": Fault(
        "rules/contracts.py", 'min(after, model.tiers[number + 1]["begins"])', "after", "oracle"
    ),
    "the opener gets nothing": Fault(
        "rules/contracts.py", 'if pursuit["opener"] == closer:', "if True:", "oracle"
    ),
    "the contract is the owner's": Fault(
        "engines/reference/pursuits.py",
        """        credit(office.ledger, pursuit["closer"])
""",
        "        pass\n",
        "oracle",
    ),
    "what a segment changes in a stage is overlooked": Fault(
        "rules/visits.py", 'if row["variants"] > 0:', "if False:", "oracle"
    ),
    "the team of a segment is overlooked": Fault(
        "rules/visits.py",
        'return int(stage_for(model, pursuit)["team"])',
        'return int(model.stages[pursuit["stage"]]["team"])',
        "oracle",
    ),
    "a segment has the effects of heat of all": Fault(
        "rules/visits.py",
        'model.heat_odds[stage["heat"], heat]',
        'model.heat_odds[pursuit["stage"], heat]',
        "oracle",
    ),
    "customers count time by the clock": Fault(
        "rules/visits.py", '["customer_share"] > 0.0:', '["customer_share"] > 1.0:', "oracle"
    ),
    "a day of a customer's time is 24 of its hours": Fault(
        "rules/visits.py", 'pursuit["takes"] * stage["customer_share"]', 'float(pursuit["takes"])', "oracle"
    ),
    "a day is even from its first span to its last": Fault(
        "rules/arrivals.py", "part = (share - before)", "part = (share - 0.0)", "oracle"
    ),
    "who comes back from nurture was nurtured for one touch more": Fault(
        "rules/nurture.py", "return touch + 1, int(", "return touch + 2, int(", "oracle"
    ),
    "who comes back from nurture is no warmer": Fault(
        "rules/nurture.py",
        'pursuit["fit"] * model.reasons[pursuit["reason"]]["odds"]',
        'pursuit["fit"]',
        "oracle",
    ),
    "the next attempt waits behind those who came later": Fault(
        "engines/reference/pursuits.py",
        'pursuit["queued"], pursuit["since"] = office.now, pursuit["entered"]',
        'pursuit["queued"], pursuit["since"] = office.now, office.now',
        "oracle",
    ),
    "every attempt has the luck of the first": Fault(
        "rules/attempts.py",
        'occurrence(pursuit, pursuit["attempt"])',
        "occurrence(pursuit, 0)",
        "oracle",
    ),
    "a customer can ask again": Fault(
        "rules/market.py",
        'if pursuit["market"] == TAKEN:',
        "if True:",
        "oracle",
    ),
    "a market drains in the warm-up": Fault(
        "rules/market.py", "now < model.stocks_from", "now < 0", "oracle"
    ),
    "the compiled engine forgets who cools off": Fault(
        "engines/compiled/market.py", 'state.taken[pursuit["segment"]] -= 1', "pass", "parity"
    ),
    "a shock of demand brings more inquiries than are typed": Fault(
        "rules/shocks.py", "level - variance / 2.0", "level", "oracle"
    ),
    "a random walk has begun before the period": Fault(
        "rules/shocks.py", "level, steps = 0.0, 0", "level, steps = level, steps", "oracle"
    ),
    "odds are those of the first month for ever": Fault(
        "rules/shocks.py", "odds_by_day[max(instant, 0) // DAY]", "odds_by_day[0]", "oracle"
    ),
    "odds are those of the month in which a lead came": Fault(
        "rules/visits.py", 'pursuit["since"] + waited)', 'pursuit["since"])', "oracle"
    ),
    "the answer is drawn with the key of the work": Fault(
        "rules/visits.py",
        'uniforms_if(answers, world, entity, stage["answer_key"]',
        'uniforms_if(answers, world, entity, stage["work_key"]',
        "oracle",
    ),
    "a hot lead waits its turn": Fault(
        "rules/interruption.py", "return int(rank - HOT_FIRST)", "return int(rank)", "oracle"
    ),
    "interrupted work begins anew": Fault(
        "engines/reference/work.py", 'pursuit["effort"] -= done', "pass", "oracle"
    ),
    "blocks are half as long": Fault(
        "rules/prospecting.py", 'block = int(team["block"])', 'block = int(team["block"]) // 2', "oracle"
    ),
    "an hour of prospecting finds what a day would": Fault(
        "rules/prospecting.py", 'state["prospected"] / HOUR', 'state["prospected"] / HOUR * 24', "oracle"
    ),
    "a rep's reserved hours are not renewed": Fault(
        "rules/prospecting.py",
        'int(state["prospected"]) if state["prospected_on"] == now // DAY else 0',
        'int(state["prospected"])',
        "oracle",
    ),
    "a rate that changes counts for all that was found before": Fault(
        "rules/prospecting.py",
        'if before["per_hour"] == channel["per_hour"]:',
        "if True:",
        "changes",
        among=("other prospecting",),
    ),
    "a lead counts among the others that its rep has open": Fault(
        "engines/reference/work.py",
        'others = int(office.reps[pursuit["rep"]]["open"]) - 1',
        'others = int(office.reps[pursuit["rep"]]["open"])',
        "oracle",
    ),
    "the price of first customers has grown for a year too many": Fault(
        "rules/customers.py", "years = (age - since) // YEAR", "years = age // YEAR + 1", "oracle"
    ),
    "a visit that was missed is remembered as one that was made": Fault(
        "rules/customers.py", "(1 if went_well else 0)", "1", "oracle"
    ),
    "customers move up to what has not been launched": Fault(
        "rules/customers.py", "if is_launched(model, target, now):", "if True:", "oracle"
    ),
    "shares of what is not launched are nobody's": Fault(
        "rules/products.py", "so_far <= u * launched", "so_far <= u", "oracle"
    ),
    "a discount leaves the odds as they are": Fault(
        "rules/visits.py", 'odds *= model.products[pursuit["product"]]["odds"]', "odds *= 1.0", "oracle"
    ),
    "the compiled engine forgets a visit": Fault(
        "engines/compiled/customers.py",
        'state.pursuits[contract]["visit"] = customers.remembered(state.pursuits[slot], went_well)',
        "pass",
        "parity",
    ),
    "visits go on after their customer has left": Fault(
        "engines/reference/customers.py",
        "            withdraw_kin(office, contract, number)\n",
        "            pass\n",
        "oracle",
    ),
    "sales judges a lead again and again": Fault(
        "rules/junk.py", 'pursuit["met"] >> pursuit["stage"] & 1 == 0', "True", "oracle"
    ),
    "a check finds what is not there": Fault(
        "rules/qualifying.py",
        'check["sensitivity"] if truly else check["false_good"]',
        'check["sensitivity"]',
        "oracle",
    ),
    "theorists never ripen": Fault(
        "rules/qualifying.py", 'return 1 if now < pursuit["created"] + after else 0', "return 1", "oracle"
    ),
    "who lacks a trait is as good as who has it": Fault(
        "rules/traits.py",
        'trait["present"] if has(pursuit["traits"], number) else trait["missing"]',
        'trait["present"]',
        "oracle",
    ),
    "a gate lets in one more than its limit": Fault(
        "rules/handover.py",
        'load < row["per_rep"] * on_staff // MILLION',
        'load <= row["per_rep"] * on_staff // MILLION',
        "oracle",
    ),
    "who is sent back is held again": Fault(
        "engines/reference/handover.py", 'if gate in (0, pursuit["gate"]):', "if gate == 0:", "oracle"
    ),
    "who cools off is held no longer, once more": Fault(
        "engines/fold/stocks.py",
        "if event not in OF_THE_HELD:",
        "if event == Event.OPEN:",
        "accounts",
    ),
    "a rep ignores as much with a full desk": Fault(
        "rules/ignored.py",
        'row["odds"] * effect_of_open_leads(model, row["first_load"], row["loads"], others)',
        'float(row["odds"])',
        "oracle",
    ),
    "a channel learns nothing of traits": Fault("rules/traits.py", "if half > 0.0:", "if False:", "oracle"),
    "what is reported in the warm-up counts": Fault(
        "rules/memory.py", "now >= model.stocks_from", "now >= 0", "oracle"
    ),
    "marketing is told of good leads alone": Fault(
        "rules/reporting.py", 'if pursuit["target"] == REJECTED:', "if False:", "oracle"
    ),
    "every delivery is in time": Fault(
        "rules/deliveries.py", 'model.processes[process]["promised"])', "taken)", "oracle"
    ),
    "a defect does not matter once it is repaired": Fault(
        "rules/deliveries.py", 'float(delivery["round"])', "0.0", "oracle"
    ),
    "customers do not remember deliveries": Fault(
        "rules/customers.py", 'after(model, contract["delivered"], ', "(", "oracle"
    ),
    "what is recognised at delivery is not taken back": Fault(
        "engines/reference/deliveries.py", "Event.MARGIN, -margin)", "Event.MARGIN, 0.0)", "oracle"
    ),
    "a contract goes on without its delivery": Fault(
        "engines/reference/pursuits.py",
        "                leave_for_now(office, contract)",
        "                pass",
        "oracle",
    ),
    "what is paid for is that of the day of delivery": Fault(
        "engines/reference/deliveries.py",
        'contracts.worth_signed(office.model, delivery, delivery["paid"])',
        'contracts.worth_signed(office.model, delivery, delivery["mean_paid"])',
        "oracle",
    ),
    "every repeat purchase is the first of its customer": Fault(
        "engines/fold/customers.py", 'if row["count"] == 1:', "if True:", "accounts"
    ),
    "the compiled engine lets a buyer drop out by the luck of the first order": Fault(
        "engines/compiled/orders.py",
        "orders.drops_out(model, world, buyer, number)",
        "orders.drops_out(model, world, buyer, 1)",
        "parity",
    ),
    "the compiled engine lets those refer who have left": Fault(
        "engines/compiled/inquiries.py",
        "if referrals.needs_a_contract(model, referrer) and ",
        "if False and ",
        "parity",
    ),
    "the revenue of whoever asks is from referrals": Fault(
        "engines/fold/money.py",
        'if event == EARNED_REVENUE and referrals.is_referral(model, row["channel"]):',
        "if event == EARNED_REVENUE:",
        "accounts",
    ),
    "whoever is nurtured has left as a customer": Fault(
        "engines/fold/nurture.py", "if nurture.is_win_back(row):", "if True:", "accounts"
    ),
    "the compiled engine counts a win-back among the inquiries of a cohort": Fault(
        "engines/compiled/customers.py", 'pursuit["created"] = nurture.NO_COHORT', "pass", "parity"
    ),
    "a job for two overtakes one for three": Fault(
        "engines/reference/choices.py",
        "        chosen = pick(office, number, longest)\n",
        "        chosen = pick(office, number, longest)\n"
        "        for each in sorted(office.team_queues[number], key=order_in_queue)[::-1]:\n"
        "            if len(with_room) >= crews.people_for(office.model, each):\n"
        "                chosen = each\n",
        "accounts",
    ),
    "a crew works as soon as one of it is there": Fault(
        "rules/crews.py", "    while before < since:\n", "    while before < 0:\n", "accounts"
    ),
    "a crew forgets what it has done before somebody went": Fault(
        "engines/reference/roster.py",
        'count_work(office, office.open_pursuits[int(state["crew"])])',
        "pass",
        "accounts",
    ),
    "a deposit is billed again at delivery": Fault(
        "engines/bills.py", 'share = 1.0 - delivery["billed"]', "share = 1.0", "oracle"
    ),
    "bad debt is paid": Fault("rules/billing.py", "if never < bad_debt:", "if False:", "oracle"),
    "customers of before are billed for their whole term": Fault(
        "engines/bills.py", "over = (now - contract", "over = 0 * (now - contract", "oracle"
    ),
    "shares of new and existing business are exchanged": Fault(
        "rules/effort_split.py",
        "accounts += effort * of_new",
        "accounts += effort * (THOUSAND - of_new)",
        "split",
    ),
    "a class that was idle catches up": Fault(
        "rules/effort_split.py",
        "accounts = max(accounts, new) if alone else accounts",
        "accounts = int(accounts)",
        "split",
    ),
    "a successor goes on with the levels of who left": Fault(
        "engines/reference/roster.py",
        '*("worked", "won", "new_level", "accounts_level"),',
        '*("worked", "won"),',
        "accounts",
    ),
    "an hour of prospecting has the pay of a month of one day less": Fault(
        "rules/prospecting.py", "((end - first) / ", "((end - first - 1) / ", "accounts"
    ),
    "the absent are counted as there": Fault(
        "engines/fold/work.py", "books.available[replication, of_rep] -= done", "pass", "accounts"
    ),
    "the absent are given new leads": Fault(
        "rules/assignment.py", 'state["absent"] == 0 and ', "", "changes"
    ),
    "work goes on during an absence": Fault(
        "rules/absence.py",
        "needed += hours_within(model, rep, pause, until)",
        "needed += 0",
        "changes",
    ),
    "a win counts as one more lead, whatever is typed": Fault(
        "rules/people.py", 'team["win_counts"] * state["won"]', 'state["won"]', "changes"
    ),
    "what was trained is never forgotten": Fault(
        "rules/people.py", 'math.pow(0.5, since / training["half_life"])', "1.0", "changes"
    ),
    "whoever comes into a seat has the talent of who left it": Fault(
        "rules/people.py", "REP, generation)", "REP, 0)", "changes"
    ),
    "a queue that works another way is left as it is": Fault(
        "rules/assignment.py",
        "return bool(was != team or for_all)",
        "return bool(was != team)",
        "changes",
        among=("other policies",),
    ),
    "work ends when it would have without the change": Fault(
        "engines/reference/changing.py",
        'end_of_work(office, pursuit) if pursuit["phase"] == Due.WORK_ENDS else int(pursuit["due"])',
        'int(pursuit["due"])',
        "changes",
        among=("other hours",),
    ),
    "a chapter expects what it would have from time 0 on": Fault(
        "rules/arrivals.py",
        "if differs(model, number) or expected[first + today] != model.expected[first + today]:",
        "if differs(model, number):",
        "changes",
        among=("other volumes",),
    ),
    "a lead that queues keeps its fate": Fault(
        "engines/compiled/changing.py",
        "\n            read_fate(model, world, pursuit)\n        if assignment",
        "\n            pass\n        if assignment",
        "changes",
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the package's sources; the folder that holds them comes first on a check's path."""
    shutil.copytree(PACKAGE, tmp_path / "funnelsim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def check(copy: Path, name: str, *among: str) -> subprocess.CompletedProcess[str]:
    """Run a check or a part of it on a copy, uncompiled: faults are in the text, and compiling takes time."""
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_DISABLE_JIT": "1",
        "XDG_CACHE_HOME": str(copy / "cache"),
    }
    command = [sys.executable, "-m", "tests.property.check", name, *among]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def plant(copy: Path, fault: Fault) -> None:
    """Make the edit."""
    source = copy / "funnelsim" / fault.file
    source.write_text(source.read_text().replace(fault.right, fault.wrong))


@pytest.mark.slow  # the checks themselves run in other tests
@pytest.mark.parametrize("name", SAID)
def test_a_clean_copy_passes(copy: Path, name: str) -> None:
    done = check(copy, name)
    assert done.returncode == 0, done.stderr


def tried() -> list[Any]:
    """List the faults: of each check's, `make test` plants one in `QUICK`, and `make slow` the others."""
    listed, seen = [], Counter[str]()
    for name, fault in FAULTS.items():
        marks = () if seen[fault.found_by] % QUICK == 0 else (pytest.mark.slow,)
        listed.append(pytest.param(name, marks=marks))
        seen[fault.found_by] += 1
    return listed


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_fits_in_one_place(name: str) -> None:
    fault = FAULTS[name]
    assert (PACKAGE / fault.file).read_text().count(fault.right) == 1


@pytest.mark.parametrize("name", tried())
def test_a_fault_is_found(copy: Path, name: str) -> None:
    fault = FAULTS[name]
    plant(copy, fault)
    done = check(copy, fault.found_by, *fault.among)
    assert done.returncode == 1
    assert all(said in done.stderr for said in SAID[fault.found_by])


@pytest.mark.slow
def test_parity_cannot_see_a_fault_that_both_engines_share(copy: Path) -> None:
    plant(copy, FAULTS["going back to the same stage counts as advancing"])
    assert check(copy, "parity").returncode == 0


def test_the_copy_is_what_is_checked(copy: Path) -> None:
    (copy / "funnelsim" / "engines" / "compiled" / "loop.py").write_text(
        "raise AssertionError('this is the copy')"
    )
    assert "this is the copy" in check(copy, "parity").stderr
