"""The list of truths."""

from __future__ import annotations

import math

from . import systems, theory
from .account_visits import asked_after_the_last, first_served
from .books import mrr_adds_up, year_by_hand
from .cash import half_a_year_by_hand, owed
from .customers import (
    HIGH_END,
    REGULAR,
    churning,
    lifetime,
    loyalty,
    loyalty_and_visits,
    moving_up,
    renewing,
    retained,
)
from .deliveries import by_crews, in_time
from .desks import idle_hours, interrupting, reserved_hours
from .exact import equal_worths_are_a_pool, every_lead_the_same, occupancy_adds_up, queues_add_up
from .figures import Truth
from .hand_over import held_before, ignored, turned_away
from .loop import heard
from .market import away, draining, repairmen
from .nurture import nurtured, reached
from .odds import conversions, hot_to_best
from .orders import CDNOW, bought_again
from .qualifying import bayes, checked, rejection, ripening
from .queues import (
    JUNK,
    erlang_a,
    erlang_c,
    first_contact,
    in_office_hours,
    junk,
    priorities,
    single_server,
    split_queues,
    triage,
)
from .referrals import recommended
from .shocks import good_months, random_walk, stationary
from .staff import absences, learning, training, turnover
from .streams import departures, rhythm, thinning

QUICK = 0.8  # loads up to this one are in `make test`
RATES = (0.2, 0.3, 0.3)
LOGNORMAL = {"scipy": "lognorm", "s": 0.8, "scale": math.exp(-0.32)}  # mean 1, second moment exp(0.64)

TRUTHS: tuple[Truth, ...] = (
    erlang_c(1.6, 0.5, 4, systems.LONGEST, 50),
    erlang_c(0.8, 1.0, 1, systems.LONGEST, 60),
    erlang_c(4.5, 1.0, 5, systems.LONGEST, 100),
    erlang_c(9.0, 1.0, 10, systems.LONGEST, 60),
    first_contact(0.2, 0.1, 3, 100),
    in_office_hours(1.0, 0.5, 3, 100),
    single_server("constant effort 1, λ = 0.8", 1.0, (1.0, 1.0), 40),
    single_server("lognormal effort of mean 1 and σ 0.8, λ = 0.8", LOGNORMAL, (1.0, math.exp(0.64)), 60),
    erlang_a(4.5, 1.0, 5, 0.5, 24),
    split_queues(4.5, 5, 0.5, 12),
    erlang_a(6.0, 1.0, 5, 0.5, 12),
    erlang_a(10.0, 1.0, 5, 0.5, 12),
    erlang_a(20.0, 1.0, 5, 0.5, 12),
    held_before(6.0, 1.0, 5, 8, 0.5, 6),
    held_before(3.5, 1.0, 5, 6, 0.5, 24),
    held_before(4.5, 1.0, 5, 8, 0.0, systems.LONGEST, 60),
    turned_away(6.0, 1.0, 5, 8, 3),
    turned_away(6.0, 1.0, 5, 5, 3),
    ignored(2.0, 0.25, 0.2, [(0, 1.0), (8, 5.0)], 6),
    priorities(RATES, "hottest", theory.priority_waits(RATES, 1.0), 100),
    priorities(RATES, "fifo", [4.0] * 3, 40),
    priorities(RATES, "lifo", [4.0] * 3, 50),
    interrupting((0.3, 0.4), 60),
    reserved_hours(80),
    idle_hours(40),
    *(junk(amount) for amount in JUNK),
    triage(),
    draining(),
    away(),
    repairmen(),
    heard(1.0),
    heard(0.3),
    checked("a check that errs", 0.9, 0.8),
    checked("a check that never errs", 1.0, 1.0),
    *(bayes(passes_at) for passes_at in (2, 3, 4)),
    rejection(),
    ripening(),
    reached(),
    nurtured(),
    thinning(),
    departures(),
    rhythm(),
    stationary(),
    random_walk(),
    good_months(),
    turnover(),
    absences(),
    learning(),
    training(),
    conversions(),
    *(hot_to_best(base, 30) for base in (-2.0, 0.0, 1.0)),
    loyalty(*HIGH_END),
    loyalty(*REGULAR),
    loyalty_and_visits(*HIGH_END[:2], 2.0),
    loyalty_and_visits(*REGULAR[:2], 2.0),
    churning(0.04, 0.05),
    retained(0.05, 24),
    renewing(0.7),
    moving_up({"basic": 0.05, "pro": 0.02}, 0.1),
    lifetime(0.8, 0.1, 5),
    bought_again(*CDNOW),
    recommended(50, 40, 60),
    recommended(100, 40, 40),
    recommended(1000, 10, 40),
    asked_after_the_last(0.2, 25),
    first_served("new_first", 30),
    first_served("accounts_first", 30),
    in_time(4.5, 1.0, 5, (2, 5), 100),
    by_crews(0.5, 2, 30),
    Truth("Little's law, every stage", 0.0, 3, occupancy_adds_up),
    Truth("Little's law, every queue and month", 0.0, 1, queues_add_up),
    Truth("every policy, leads who wait for ever", 0.0, 2, every_lead_the_same),
    Truth("pull by worth, all worth the same", 0.8, 2, equal_worths_are_a_pool),
    Truth("a firm worked out by hand", 0.0, 2, year_by_hand),
    Truth("MRR counted on, and back", 0.0, 5, mrr_adds_up),
    Truth("the cash of a firm worked out by hand", 0.0, 2, half_a_year_by_hand),
    owed(),
)
