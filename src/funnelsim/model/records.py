"""The records that rules and engines share: the model's rows, what happens to them, a row of the ledger.

(L1, L2, L3)
"""

from __future__ import annotations

from funnelsim.compiling.arrays import record

LEDGER = record(  # 64 bytes and no padding, so that equal rows hash equally
    ("time", "<i8"),
    ("pursuit", "<i8"),  # the pursuit's entity, -1 where a row is about none
    ("created", "<i8"),  # when its company's first inquiry arrived (the row's time if there is none)
    ("waited", "<i8"),
    ("worked", "<i8"),
    ("money", "<f8"),
    ("stage", "<i2"),
    ("rep", "<i2"),
    ("channel", "<i2"),
    ("segment", "<i2"),
    ("count", "<i2"),
    ("event", "u1"),
    ("process", "u1"),
    ("reason", "i1"),
    ("flags", "u1"),  # of words.Flag
    ("product", "i1"),
    ("zero", "u1"),
)
MOST_STAGES = MOST_REPS = MOST_CHANNELS = MOST_SEGMENTS = 2**15 - 1  # what the numbers of a row can tell
MOST_PROCESSES = 2**8 - 1
MOST_REASONS = 2**7 - 1

CHANNEL = record(
    ("entity", "<i8"),  # of its inquiry number 0
    ("key", "<i8"),  # of its own draws
    ("first_date", "<i8"),  # ordinal of the day that begins at time 0
    ("first_expected", "<i8"),  # offset into Model.expected: days + 1 cumulative values
    ("cost_per_inquiry", "<f8"),
    ("cost_per_month", "<f8"),  # in the average month, see Model.spend
    ("price_per_lead", "<f8"),
    ("cut_from", "<i8"),  # inquiries from this instant ...
    ("cut_until", "<i8"),  # ... to this one buy at a lower price
    ("price_cut", "<f8"),  # share of the price
    ("mean_share", "<f8"),  # of a total whose shares are uncertain; else 0
    ("theorists", "<f8"),  # share
    ("half", "<f8"),  # reports after which its shares have moved half of their way; 0: it does not learn
    ("theorists_most", "<f8"),  # how far the share of theorists moves at most
    ("honest", "<f8"),  # share of reports that are made
    ("hot", "<f8"),  # share
    ("hot_or_warm", "<f8"),  # share
    ("stage", "<i4"),  # where its inquiries enter
    ("fit", "<i4"),  # distribution
    ("weight", "<i4"),  # distribution of its weight in the total, where mean_share > 0
    ("busy", "<i4"),  # distribution of a day's factor; NOTHING: none
    ("busy_all", "<i4"),  # the same of the factor that all channels share
    ("first_segment", "<i4"),  # routes of the segment mix
    ("segments", "<i4"),
    ("first_span", "<i4"),  # of the day, in which inquiries arrive
    ("spans", "<i4"),
    ("prospected", "<i4"),  # 1: its inquiries come from prospecting alone
    ("per_hour", "<f8"),  # inquiries that an hour of prospecting finds
)
SPAN = record(  # of a day, at an even rate
    ("opens", "<i8"),  # from this time of day ...
    ("closes", "<i8"),  # ... to this one
    ("up_to", "<f8"),  # cumulative share of the day's inquiries
)
SHOCK = record(  # from month to month, of demand or of odds
    ("owner", "<i8"),  # of its draws
    ("purpose", "<i8"),  # of its draws
    ("deviation", "<f8"),  # standard deviation of the logarithm, or of its monthly step; 0: no shock
    ("persistence", "<f8"),  # correlation of a month with the next; 1: a random walk
    ("normal", "<i4"),  # distribution: standard normal; NOTHING where there is no shock
    ("mean_is_one", "<i4"),  # 1: its factors have mean 1; 0: median 1
)
CHANNEL_STATE = record(  # of its stream of inquiries
    ("index", "<i8"),  # of the next inquiry
    ("total", "<f8"),  # unit exponentials used so far, the next one included
    ("day", "<i8"),  # in which the next inquiry arrives
    ("reached", "<f8"),  # the number that prospecting had reached when its rate last changed
    ("prospected", "<i8"),  # working time of prospecting since then
    ("reports", "<i8"),  # of its leads, from which it has learnt
)

SEGMENT = record(
    ("odds", "<f8"),  # odds ratio
    ("customer_time", "<f8"),  # factor
    ("years", "<f8"),  # term of a contract
    ("margin", "<f8"),  # gross margin, share
    ("mean_value", "<f8"),  # of a contract per year: the mean of the table that is drawn from
    ("companies", "<i8"),  # of its market; 0: as many as may ask
    ("customers", "<i8"),  # of these, at the start
    ("value", "<i4"),  # distribution of a contract's value per year, where there are no products
    ("cooling", "<i4"),  # distribution of the days of cooling off; NOTHING: for ever
    ("first_product", "<i4"),  # routes of the products that its deals are about
    ("products", "<i4"),  # 0: contracts are worth what the segment says
)

PRODUCT = record(  # what is sold
    ("price_key", "<i8"),  # of its draws
    ("term", "<i8"),  # of a recurring product's contracts; 0: it is one-off
    ("months", "<i8"),  # ... in months
    ("typed_term", "<i4"),  # 1: the term is typed; 0: it runs from month to month
    (
        "loyalty",
        "<i4",
    ),  # distribution of a company's own chance to leave after a term; NOTHING: all have `stays`
    ("stays", "<f8"),  # chance to stay after a term
    ("growth", "<f8"),  # of the price in each year since signing
    ("earned_over", "<i8"),  # a one-off product's bookings
    ("launched", "<i8"),  # the instant from which on it is sold
    ("price_cut", "<f8"),  # by its discount, share of the price
    ("odds", "<f8"),  # odds ratio of its deals
    ("first_move", "<i4"),  # routes to the products that its customers may move up to
    ("moves", "<i4"),
    ("delivery", "<i4"),  # process; 0: there is nothing to deliver
    ("at_delivery", "<i4"),  # 1: earned from delivery on; 0: from signing on
    ("rate", "<i4"),  # distribution of a company's own rate of orders, a day; NOTHING: it is not bought again
    ("dropout", "<i4"),  # distribution of its chance to drop out after each of them
)
PRICE = record(  # of a product in a segment
    ("mean", "<f8"),  # of the table that is drawn from
    ("margin", "<f8"),  # gross margin, share
    ("first_customer", "<i8"),  # entity of the first of those who are customers as the period begins,
    ("customers", "<i8"),  # ... how many they are,
    ("age", "<i4"),  # ... and the distribution of the days since they signed
    ("distribution", "<i4"),  # of the whole price, or of a month's
)

TEAM = record(
    ("commission", "<f8"),  # share of bookings, where there are no tiers
    ("opener_share", "<f8"),  # of the commission, for the rep who opened
    ("max_open", "<i8"),
    ("own_policy", "<i8"),  # number of a registered policy
    ("first_rep", "<i4"),
    ("reps", "<i4"),
    ("first_calendar", "<i4"),  # its own, then those of reps who have their own hours
    ("calendars", "<i4"),
    ("assignment", "<i4"),
    ("queue_order", "<i4"),
    ("sticky", "<i4"),
    ("interrupts", "<i4"),  # 1: hot pursuits come first, and interrupt work on others
    ("split", "<i4"),  # of words.Split
    ("new_share", "<i4"),  # of the effort, in thousandths, that is for new business
    ("prospects", "<i4"),  # 1: its reps prospect ...
    ("prospected_channel", "<i4"),  # ... for this channel,
    ("block", "<i8"),  # ... in blocks of this working time,
    ("reserved", "<f8"),  # ... in this share of each day's working time; 0: in idle hours
    ("first_tier", "<i4"),
    ("tiers", "<i4"),  # 0: every contract is paid for by `commission`
    ("quota_months", "<i4"),  # of the quota period: 1, 3 or 12
    ("crews", "<i4"),  # 1: some stage needs several of its reps at once
    ("learns_most", "<f8"),  # what leads worked add to a rep's skill at most
    ("learns_half", "<f8"),  # leads after which they have added half of that
    ("win_counts", "<i8"),  # as so many more leads worked
    ("first_training", "<i4"),
    ("trainings", "<i4"),
    ("first_date", "<i8"),  # ordinal of the day that begins at time 0
    ("spells", "<f8"),  # of absence by chance: probability that one begins with a day
    ("spell_days", "<i4"),  # distribution of their length; NOTHING
    ("off_every", "<f8"),  # days from one block of days off to the next; 0: none
    ("off_days", "<f8"),  # in a block
    ("tenure", "<i4"),  # distribution of the days that people stay; NOTHING: for good
    ("residual", "<i4"),  # distribution of the days that those there at time 0 stay yet
    ("replacement", "<i4"),  # distribution of the days until a seat is filled
    ("hiring_cost", "<f8"),  # of whoever comes into a seat
)
AWAY = record(  # a spell of absence by plan
    ("begins", "<i8"),  # at a midnight
    ("ends", "<i8"),
)
TRAINING = record(  # of a team's people, on a day
    ("begins", "<i8"),  # the midnight with which the day begins
    ("cost", "<f8"),  # per person
    ("odds", "<f8"),  # factor on the skill, at first
    ("half_life", "<f8"),  # of its logarithm, in days
)
TIER = record(  # of a team's commission
    ("begins", "<i8"),  # cents booked in the quota period
    ("share", "<f8"),  # of what is booked above it
)
TEAM_STATE = record(
    ("turn", "<i8"),  # the round robin's next position
    ("own_policy", "<i8"),  # how the engine asks it: by its number, or at an address
)

REP = record(
    ("team", "<i8"),
    ("calendar", "<i8"),
    ("joins", "<i8"),  # negative where hired before the first day
    ("ramp", "<i8"),  # time to full strength
    ("skill_from", "<f8"),  # share of skill on the first day
    ("speed_from", "<f8"),
    ("entity", "<i8"),
    ("leaves", "<i8"),
    ("pay_per_month", "<f8"),
    ("weight", "<f8"),  # in the team's lottery
    ("skill_distribution", "<i4"),
    ("speed_distribution", "<i4"),
    ("first_segment", "<i4"),  # routes to the segments that the rep knows best
    ("segments", "<i4"),
    ("turns_over", "<i4"),  # 1: a seat, whose people stay for a tenure
    ("may_be_absent", "<i4"),  # 1: by chance or by plan
    ("first_away", "<i4"),
    ("aways", "<i4"),
    ("grows", "<i4"),  # 1: its skill grows with work, or by training
    ("worked_before", "<i8"),  # leads, before anything is counted
)
REP_STATE = record(  # of whoever is in the seat, or was last
    ("generation", "<i8"),  # how many have been in the seat before
    ("joined", "<i8"),  # when the rep did; NEVER until then
    ("leaves", "<i8"),  # at the end of the tenure; NEVER
    ("successor", "<i8"),  # joins then; NEVER if nobody will
    ("skill", "<f8"),  # odds ratio at full strength, drawn once per world
    ("speed", "<f8"),  # factor at full strength, drawn once per world
    ("idle_since", "<i8"),
    ("left", "<i8"),  # when the rep was gone, the work in hand finished; NEVER until then
    ("open", "<i4"),  # pursuits that the rep owns
    ("on_staff", "<i4"),  # 1: can be given something
    ("busy", "<i4"),
    ("absent", "<i4"),  # 1: until the spell at hand is over
    ("new_level", "<i8"),  # what it has put into new business, by its share,
    ("accounts_level", "<i8"),  # ... and into existing business
    ("prospects_for", "<i8"),  # channel of the block of prospecting in hand
    ("block", "<i8"),  # its working time; 0: no block is in hand
    ("block_since", "<i8"),  # when it started
    ("prospected", "<i8"),  # working time of the blocks started ...
    ("prospected_on", "<i8"),  # ... on this day, that of the latest
    ("booked_in", "<i8"),  # calendar month of the latest contract: year * 12 + month - 1
    ("booked_month", "<i8"),  # cents booked by then in its month,
    ("booked_quarter", "<i8"),  # ... in its quarter
    ("booked_year", "<i8"),  # ... and in its year
    ("worked", "<i8"),  # leads, counted since the period began
    ("won", "<i8"),  # of those, as who closed them
    ("away_from", "<i8"),  # when the spell at hand or the next one begins, NEVER if there is none,
    ("away_until", "<i8"),  # ... and when it is over
    ("lost", "<i8"),  # working time taken from the work in hand by spells that are over
    ("crew", "<i8"),  # the pursuit that it works on in a crew; 0: it is in none
    ("crew_since", "<i8"),  # of who leads a crew: the instant up to which its working time is counted,
    ("crew_done", "<i8"),  # ... which has come to so much,
    ("crew_told", "<i8"),  # ... and of that, what rows have
)

STAGE = record(
    ("odds", "<f8"),  # of the reference lead; infinite where conversion is 1
    ("theorist_odds", "<f8"),  # odds ratio
    ("cost_per_visit", "<f8"),
    ("patience_key", "<i8"),
    ("work_key", "<i8"),
    ("answer_key", "<i8"),
    ("assignment_key", "<i8"),
    ("attempt_key", "<i8"),
    ("interval_key", "<i8"),
    ("reached", "<f8"),  # chance of an attempt
    ("report_key", "<i8"),
    ("team", "<i8"),  # NOBODY: no rep is needed
    ("process", "<i4"),
    ("people", "<i4"),  # of the team that it needs at once
    ("makes_lead", "<i4"),  # 1: an inquiry that leaves it for a later stage is a lead
    ("is_lead", "<i4"),  # 1: it lies beyond the stage that makes leads
    ("effort", "<i4"),  # distribution, hours
    ("customer_time", "<i4"),  # distribution, days
    ("patience", "<i4"),  # distribution, days; NOTHING: waits without end
    ("most_attempts", "<i4"),  # to reach the buyer; 0: there is no need to
    ("attempt_effort", "<i4"),  # distribution, hours
    ("attempt_interval", "<i4"),  # distribution, hours
    ("not_reached", "<i4"),  # reason of those who are never reached
    ("first_next", "<i4"),  # routes of those who advance
    ("nexts", "<i4"),
    ("first_else", "<i4"),  # routes of those who do not
    ("elses", "<i4"),
    ("first_point", "<i4"),  # points of the effect of waiting
    ("points", "<i4"),
    ("decides_late", "<i4"),  # 1: as the customer answers, not as the work starts; then ...
    ("first_age", "<i4"),  # ... points of the effect of the time in the stage
    ("ages", "<i4"),
    ("never", "<f8"),  # share of those whose work has ended that never decide
    ("first_variant", "<i4"),  # rows of Model.variants, one a segment
    ("variants", "<i4"),  # 0: the stage is the same for all segments
    ("heat", "<i4"),  # row of Model.heat_odds, Model.heat_skill and Model.quarter_odds
    ("first_customer_hours", "<i4"),  # of Model.hours: when customers count time
    ("customer_hours", "<i4"),
    ("gate", "<i4"),  # of Model.gates, counted from 1; 0: whoever comes is handed over
    ("ignored", "<i4"),  # of Model.ignored, counted from 1; 0: nobody is
    (
        "customer_share",
        "<f8",
    ),  # of the day that a working day of the customers has; 0: they count by the clock
    ("first_check", "<i4"),
    ("checks", "<i4"),  # 0: the conversion decides
    ("passes_at", "<i4"),  # good answers needed
    ("rejection", "<i4"),  # of Model.rejections, counted from 1; 0: sales rejects nobody here
)

TRAIT = record(  # a property that a company has or lacks
    ("key", "<i8"),  # of its draws
    ("missing", "<f8"),  # odds ratio of those who lack it
    ("present", "<f8"),  # odds ratio of those who have it
)
CHECK = record(  # a question that a stage asks
    ("key", "<i8"),  # of its draws
    ("sensitivity", "<f8"),  # chance of a good answer from who has the trait
    ("false_good", "<f8"),  # chance of a good answer from who lacks it
    ("effort", "<i4"),  # distribution, hours
    ("trait", "<i4"),  # NOTHING: whether it is no theorist
)
REJECTION = record(  # by sales, at first contact in a stage
    ("key", "<i8"),  # of its draws
    ("needs", "<i8"),  # the traits without which a company is truly junk, a bit each
    ("odds", "<f8"),  # of the reference lead under the management at hand; infinite where it is certain
    ("theorist", "<f8"),  # odds ratio
    ("skill_exponent", "<f8"),
    ("effort_share", "<f8"),  # of the visit's effort
    ("reason", "<i4"),  # of the loss
    ("first_load", "<i4"),  # points of the effect of open leads
    ("loads", "<i4"),
)
LOAD = record(  # a point of the effect of a rep's open leads
    ("open", "<i8"),
    ("odds", "<f8"),  # odds ratio
)
FIRM = record(  # what is the same in all channels and stages
    ("discount", "<f8"),  # of what comes later, a year
    ("referral_rate", "<f8"),  # candidates that a customer refers in a month
    ("bad_delivery", "<f8"),  # share of them that is left after a delivery that was not good ...
    ("missed_visit", "<f8"),  # ... and after a visit that was missed
    ("opening", "<f8"),  # cash as the period begins
    ("ripening", "<i4"),  # distribution, days until a theorist is none any more; NOTHING: it stays one
    ("referred_to", "<i4"),  # channel of those who are referred, counted from 1; 0: nobody refers
    ("while_customer", "<i4"),  # 1: no longer than a contract is in force
    ("churned", "<i4"),  # number of the reason of customers who leave; 0: nobody is won back
    ("cash", "<i4"),  # 1: it is counted
    ("salaries_after", "<i4"),  # days after the end of a month until its salaries are paid,
    ("commission_after", "<i4"),  # ... its commission
    ("channels_after", "<i4"),  # ... and what channels have cost in it
)
BILLING = record(  # of contracts about no product, and about each product
    ("deposit", "<f8"),  # share of the bookings billed at signing
    ("bad_debt", "<f8"),  # share of the bills that are never paid
    ("delay", "<i4"),  # distribution, days from a bill until it is paid
    ("when", "<i4"),  # of words.Billed
)

GATE = record(  # of a team in a stage: a limit on what is handed over
    ("team", "<i8"),
    ("stage", "<i8"),
    ("per_rep", "<i8"),  # millionths: its limit for each rep on staff
    ("patience_key", "<i8"),
    ("cost_per_lead", "<f8"),  # of holding one
    ("patience", "<i4"),  # distribution, days, of those held; NOTHING: they wait without end
    ("order", "<i4"),  # of admission, of words.QueueOrder
)

IGNORED = record(  # of a stage: whom reps never take up
    ("odds", "<f8"),  # where the rep's open leads do not matter, under the management that there is
    ("key", "<i8"),
    ("first_load", "<i4"),  # the effect of the rep's open leads
    ("loads", "<i4"),
    ("reason", "<i4"),
)

ROUTE = record(
    ("up_to", "<f8"),  # cumulative share
    ("target", "<i4"),  # stage, WON or LOST; or a segment
    ("reason", "<i4"),
)

POINT = record(  # of an effect of time
    ("waited", "<i8"),
    ("odds", "<f8"),  # odds ratio
    ("log_hours", "<f8"),
    ("log_odds", "<f8"),
)

CALENDAR = record(  # when some reps of a team work
    ("first_hours", "<i8"),
    ("hours", "<i8"),
    ("team", "<i8"),
)

HOURS = record(
    ("opens", "<i8"),
    ("closes", "<i8"),
    ("worked", "<i8"),  # working time of the calendar before it opens
)

REASON = record(  # why pursuits are lost, and the nurture that takes them
    ("key", "<i8"),  # of the draw
    ("interval", "<i8"),  # between two touches
    ("cost_per_touch", "<f8"),
    ("odds", "<f8"),  # odds ratio of those who come back
    ("target", "<i4"),  # the stage where they come back
    ("first_touch", "<i4"),  # of Model.returns: the chance to have come back by each touch
    ("most_touches", "<i4"),  # 0: nobody is nurtured
    ("most_returns", "<i4"),  # of a pursuit
)

PROCESS = record(  # a run of stages, and what follows each way to leave one of them
    ("promised", "<i8"),  # of a delivery: the time after which it is late
    ("good", "<f8"),  # ... odds of a good one, in time and without defects; infinite where it is certain
    ("late", "<f8"),  # ... odds ratio of a late one
    ("defect", "<f8"),  # ... odds ratio for each time that it has been sent back
    ("kept", "<f8"),  # odds ratio of a customer's staying after a good delivery, or a visit that was done ...
    ("missed", "<f8"),  # ... or after another one
    ("first_stage", "<i4"),
    ("stages", "<i4"),
    ("kind", "<i4"),  # of words.Kind
    ("phase", "<i4"),  # of words.Phase
    ("birth", "<i4"),  # of Model.spawns, by which one is born
)

END = record(  # what follows an event with which a pursuit leaves a visit: a row for each process and event
    ("target", "<i4"),  # a stage, ENDED, or ROUTE: where the answer leads
    ("rest", "<i4"),  # distribution of the days before it returns; NOTHING: it goes on at once
    ("rest_key", "<i8"),
    ("first_spawn", "<i4"),  # of Model.spawns
    ("spawns", "<i4"),
    ("withdraws", "<i4"),  # the process whose pursuits of the same company are withdrawn; NOTHING: none
)

SPAWN = record(  # a pursuit that is born of the end of another
    ("purpose", "<i8"),  # of its key
    ("process", "<i4"),
    ("delay", "<i4"),  # distribution of the days until it begins
)

PLAN = record(  # the changes that a strategy makes, as a whole
    ("one_off_cost", "<f8"),  # of those that begin with the chapter
    ("cost_per_month", "<f8"),
)

PURSUIT = record(  # what every event of a sale looks at comes first, on as few cache lines as it takes
    ("entity", "<i8"),
    ("company", "<i8"),
    ("created", "<i8"),  # when the company's first inquiry arrived
    ("began", "<i8"),  # its own start
    ("since", "<i8"),  # when it queued; later, when the last row of this visit was written
    ("due", "<i8"),  # when its phase ends by itself; it may be NEVER, or past the horizon
    ("rank", "<i8"),  # in the queue: lower is first
    ("effort", "<i8"),  # of the work in hand
    ("takes", "<i8"),  # the customer, afterwards
    ("hours", "<f8"),  # drawn for this visit: hours of work at speed 1
    ("days", "<f8"),  # drawn for this visit: days that the customer takes
    ("luck", "<f8"),  # drawn for this visit: it advances if this is below the conversion; of work that is
    # UNDECIDED, the odds ratio that must be exceeded as the customer answers
    ("way", "<f8"),  # drawn for this visit: which route it takes
    ("fit", "<f8"),  # odds ratio
    ("stage", "<i8"),
    ("rep", "<i8"),  # who owns it
    ("round", "<i8"),  # raised at every move to the same or an earlier stage, and at every return
    ("target", "<i8"),  # where it goes afterwards
    ("channel", "<i4"),
    ("segment", "<i4"),
    ("heat", "<i4"),
    ("theorist", "<i4"),
    ("is_lead", "<i4"),
    ("advances", "<i4"),  # 1: it will advance after the work in hand; words.MISSED, words.UNDECIDED
    ("reason", "<i4"),
    ("process", "<i4"),
    ("attempt", "<i4"),  # how many have begun in this visit to reach the buyer
    ("phase", "<i4"),  # what it has due, of words.Due
    ("opener", "<i4"),  # the first rep who worked on it
    ("closer", "<i4"),  # the last rep of a team that is paid commission, else the last rep
    ("flags", "<i4"),  # of words.Flag, true of all its rows from now on
    ("gate", "<i4"),  # in whose load it counts, counted from 1; 0: none
    ("ignored", "<i4"),  # 1: by its rep
    ("interrupted", "<i4"),  # 1: work on it has started and waits to be resumed; `effort` is what is left
    ("market", "<i4"),  # whether its company is taken from the market: see rules.market
    ("account", "<i4"),  # of its company, in the pool of companies; NOTHING
    ("returns", "<i4"),  # from nurture
    ("touches", "<i4"),  # until nurture ends; 0 where it is not nurtured
    ("parked", "<i8"),  # the event in whose place it is nurtured
    ("interval", "<i8"),  # between two touches
    ("touch_cost", "<f8"),
    ("cooling", "<f8"),  # drawn for its company: by which it will cool off
    ("traits", "<i8"),  # that the company has, a bit each
    ("met", "<i8"),  # by a rep, in which stages with a rejection; the bits of rules.junk
    ("done", "<i8"),  # of the work that a rep judges first, the working time before interruptions
    ("entered", "<i8"),  # of a visit with attempts, or one that is decided late: when it queued first
    ("queued", "<i8"),  # ... and last
    ("contact", "<i8"),  # ... how long it had waited at the first attempt
    ("product", "<i4"),  # NOTHING, where there are no products
    ("terms", "<i4"),  # of a contract: how many are over
    ("visit", "<i4"),  # ... the latest account visit: 2 x its process, and 1 if it was done; 0: none yet
    ("delivered", "<i4"),  # ... the latest delivery: 2 x its process, and 1 if it was good; 0: none yet
    ("seller", "<i4"),  # of a delivery: who closed the deal
    ("earned_later", "<i4"),  # ... 1: what is paid is earned from delivery on
    ("paid", "<f8"),  # ... for a month of the term at hand; of a deal that is won: for a month, or in all
    ("mean_paid", "<f8"),  # ... at the mean price
    ("price_share", "<f8"),  # ... of the full price
    ("signed", "<i8"),  # of a contract, a win-back, who may buy again: when the company first signed; else 0
    ("billed", "<f8"),  # ... share of the bookings, of a deal that is won and of its delivery
)

OPEN_DEAL = record(  # a deal that is open at time 0, or lost before: what the records say, and its donor
    ("entity", "<i8"),
    ("created", "<i8"),  # before time 0
    ("entered", "<i8"),  # its stage
    ("since", "<i8"),  # when its phase began: with the customer, between attempts, queued again, or lost
    ("due", "<i8"),  # when its phase ends by itself; NEVER
    ("effort", "<i8"),  # of work in hand: what is left
    ("contact", "<i8"),  # how long it had waited as work in the stage started first
    ("traits", "<i8"),  # that the company has, a bit each
    ("value", "<f8"),  # its bookings; NaN: drawn
    ("fit", "<f8"),  # odds ratio
    ("stage", "<i4"),
    ("rep", "<i4"),
    ("channel", "<i4"),
    ("segment", "<i4"),
    ("product", "<i4"),  # NOTHING
    ("heat", "<i4"),
    ("theorist", "<i4"),
    ("phase", "<i4"),  # what it has due, of words.Due; BEGINS: it enters its stage at time 0; COOLS_OFF: lost
    ("held", "<i4"),  # 1: it waits before the hand-over
    ("ignored", "<i4"),  # 1: it waits, and its rep ignores it
    ("attempt", "<i4"),  # how many have begun in this visit to reach the buyer
    ("missed", "<i4"),  # 1: work in hand does not reach the buyer
    ("rejected", "<i4"),  # 1: the rep who works on it rejects it
    ("outcome", "<i4"),  # of a deal that is overridden: WON or LOST; NOTHING
)

COMPANY = record(  # a company with pursuits of which others were born
    ("entity", "<i8"),
    ("first", "<i8"),  # of its pursuits
    ("pursuits", "<i8"),
)
