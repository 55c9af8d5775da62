"""A firm for reports: named reps, pay, a quota, an assumption, uncertain numbers, names that do harm."""

HARM = "</script><img src=x onerror=alert(1)>"
HARMFUL_NAME = "</script><img onerror>"  # a name has no "="
FIRM = f"""
about = "We ask whether Anna_Gruber should stay. {HARM}"
start = 2026-01-01
currency = "EUR"
horizon = {{ warm_up_months = 1, period_months = 3, drain_months = 1 }}

[segments."{HARMFUL_NAME}"]
contract_value = 9_000
gross_margin = 0.6
[segments.large]
contract_value = 20_000
gross_margin = 0.6

[channels.web]
kind = "seo"
inquiries_per_month = 30
cost_per_month = 1000
segments = {{ "{HARMFUL_NAME}" = 0.7, large = 0.3 }}

[teams.sales]
people = 1
hours_per_week = 20
cost_per_person_month = 4321
commission = 0.0765
[teams.sales.reps.anna_gruber]
cost_per_month = 5678
skill = 1.2
[teams.sales.reps."{HARMFUL_NAME}"]

[stages.call]
team = "sales"
effort_hours = {{ median = 2, p90 = 5 }}
conversion = 0.3
goes_cold_after_days = {{ median = 5, p90 = 20 }}

[plan]
teams.sales.quota_per_rep = 60_000
reps.anna_gruber.quota = 90_000

[goals.enough]
metric = "bookings"
at_least = 200_000

[strategies.without_anna_gruber]
title = "{HARM}"
about = "Anna Gruber leaves"
change = {{ "teams.sales.reps.anna_gruber.leaves" = 2026-01-01 }}
[strategies.dearer]
title = "Dearer people"
change = {{ "teams.sales.commission *=" = 2 }}
[strategies.more]
change = {{ "channels.web.inquiries_per_month *=" = 1.5 }}

[strategies.one_more]
change = {{ "teams.sales.reps.bertram" = {{ cost_per_month = 5678, skill = 1.1 }} }}

[[changes]]
date = 2026-02-01
change = {{ "teams.sales.cost_per_person_month" = 4444 }}

[assumptions.slow]
title = "A slow market"
change = {{ "channels.web.inquiries_per_month *=" = 0.7 }}

[uncertainties]
"teams.sales.cost_per_person_month *=" = {{ median = 1, p90 = 1.0987 }}
"stages.call.effort_hours *=" = {{ median = 1, p90 = 1.3 }}

[origins]
"teams.sales.reps.anna_gruber.*" = "measured: by Anna Gruber"
"teams.*" = "assumed: plausible"
"""
