"""Random traits, checks and rejections for random scenarios, and random changes of them."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from funnelsim.chance.keys import uniforms
from funnelsim.compiling.arrays import Record
from funnelsim.model.model import Model
from funnelsim.model.words import NOTHING, REJECTED, Flag
from funnelsim.rules import visits
from funnelsim.rules.qualifying import chance_of_a_good_answer
from funnelsim.rules.reporting import GOOD, NO_REPORT
from funnelsim.rules.traits import traits_of, with_traits

Document = dict[str, Any]
TRAITS = ("budget", "need")
SHARES = (0.5, 0.2, 1, 0)
RATIOS = (1, 0.3, 2, 0)
RIPENING = (2, 0, {"median": 3, "p90": 20}, 1e9)
OPEN_LEADS = (
    {"open": [0, 4], "odds_ratio": [1, 5]},
    {"open": [1], "odds_ratio": [0.5]},
    {"open": [1, 2, 9], "odds_ratio": [0.2, 4, 1]},
)
COVERED = (
    "trait: its odds ratio counts",
    "trait: of a channel of its own",
    "check: of a trait, with a good answer",
    "check: of a trait, with a bad answer",
    "check: of whether a lead means it",
    "check: by nobody",
    "ripened: at once",
    "ripened: at a later stage",
    "met after hand-over: truly junk",
    "met after hand-over: not junk",
    "met again, and not judged",
    "rejected: truly junk",
    "rejected: wrongly",
    "rejected: a lead that has been paid for",
    "rejected: with other leads open",
    "learning: a channel is told of a good lead",
    "learning: a channel is told of a bad lead",
    "learning: a channel is not told",
    "learning: a channel is told in the warm-up",
    "learning: of one who would have been another",
    "change: a trait comes",
    "change: a pursuit has a trait that comes",
)


def either(*values: Any) -> SearchStrategy[Any]:
    """Choose one of a few values; the first is the simplest."""
    return st.sampled_from(values)


def traits() -> SearchStrategy[Document]:
    """Describe what companies have or lack."""
    ratios = {"missing": either(*RATIOS), "present": either(*RATIOS)}
    one = st.fixed_dictionaries({"share": either(*SHARES)}, optional=ratios)
    return st.lists(one, min_size=1, max_size=2).map(lambda made: dict(zip(TRAITS, made, strict=False)))


@st.composite
def checks(draw: DrawFn, known: list[str], worked: bool) -> Document:
    """Describe the checks by which a stage decides."""
    found = {}
    for number in range(draw(st.integers(1, 3))):
        about = draw(either(*({"trait": name} for name in known), {"theorist": True}))
        errs = {"sensitivity": either(0.9, 0.5, 1), "specificity": either(0.8, 0.4)}
        check = about | draw(st.fixed_dictionaries({}, optional=errs))
        if worked:
            check["effort_hours"] = draw(either(0.25, 0, {"median": 0.5, "p90": 2}))
        found[f"question {number}"] = check
    return found


def rejection(known: list[str]) -> SearchStrategy[Document]:
    """Describe how sales rejects."""
    return st.fixed_dictionaries(
        {"probability": either(0.3, 0, 0.05, 1)},
        optional={
            "effort_share": either(0.25, 0),
            "needs": st.lists(either(*known), min_size=1, max_size=2),
            "missing": either({known[-1]: 4}, {known[0]: 0.5}),
            "theorist": either(6, 0.5),
            "skill_exponent": either(-0.5, 2),
            "control": either(0.4),
            "open_leads": either(*OPEN_LEADS),
        },
    )


def decide_as_work_starts(stage: Document) -> None:
    """Let a stage no longer decide as the customer answers, with what needs that."""
    if stage.pop("decided", None):
        for table in (stage, *stage.get("segments", {}).values()):
            for key in ("time_in_stage", "month_of_quarter"):
                table.get("effects", {}).pop(key, None)


@st.composite
def qualified(draw: DrawFn, document: Document, whole: bool = False) -> Document:
    """Let a firm ask who is worth a rep's hour: in some stages by checks, in some by rejection.

    A `whole` firm has both, and a channel that learns.
    """
    known = draw(traits())
    for channel in document["channels"].values():
        if draw(either(False, True)):
            channel["traits"] = {draw(either(*known)): draw(either(*SHARES))}
    names = list(document["stages"])
    sure = names[0] if whole else None
    at_work = next((name for name, stage in document["stages"].items() if whole and "team" in stage), None)
    for name, stage in document["stages"].items():
        worked = "team" in stage
        if len(names) > 1 and name != names[-1] and (name == sure or draw(either(False, True))):
            del stage["conversion"]
            decide_as_work_starts(stage)
            for own in stage.get("segments", {}).values():
                own.pop("conversion", None)
            stage["checks"] = draw(checks(list(known), worked))
            if draw(st.booleans()):
                stage["passes_at"] = draw(st.integers(1, len(stage["checks"])))
        if worked and (name == at_work or draw(either(False, True))):
            stage["rejection"] = draw(rejection(list(known)))
            decide_as_work_starts(stage)
    draw(learners(document, known, whole))
    of_management = {"control": either(0.5, 1), "honest_reports": either(0.5, 0)}
    management = draw(st.fixed_dictionaries({}, optional=of_management))
    effects = dict(document.get("effects", {}))
    if draw(either(False, True)):
        effects["theorist_ripens_after_days"] = draw(either(*RIPENING))
    return document | {"traits": known, "management": management, "effects": effects}


@st.composite
def learners(draw: DrawFn, document: Document, traits: Document, whole: bool) -> None:
    """Let some channels learn; the first one for certain in a `whole` firm."""
    for number, channel in enumerate(document["channels"].values()):
        if (whole and number == 0) or draw(either(False, True)):
            channel["learning"] = draw(learning(channel, traits))


def learning(channel: Document, traits: Document) -> SearchStrategy[Document]:
    """Describe what a channel learns: something to be had more often, or less, and fewer theorists."""
    shares = {name: trait["share"] for name, trait in traits.items()} | channel.get("traits", {})
    ways = {name: [way for way in (1 - share, -share) if way != 0] for name, share in shares.items()}
    moves = st.fixed_dictionaries({name: either(*way) for name, way in ways.items()})
    fewer = {"theorist_share": either(-channel["theorist_share"])} if "theorist_share" in channel else {}
    return st.fixed_dictionaries({"half": either(2, 0.5, 20), "traits": moves}, optional=fewer)


def changes(document: Document) -> list[tuple[str, SearchStrategy[Any]]]:
    """List what may be changed of it."""
    known = list(document.get("traits", {}))
    found: list[tuple[str, SearchStrategy[Any]]] = [
        ("traits.authority", either({"share": 0.4, "missing": 0.5}))
    ]
    for name in known:
        found += [
            (f"traits.{name}.share", either(0.9, 0)),
            (f"traits.{name}.missing", either(0.5)),
            (f"traits.{name}.present", either(3)),
        ]
        found += [(f"channels.{each}.traits.{name}", either(0.7, 1)) for each in document["channels"]]
    found.append(("management.honest_reports", either(0.25)))
    learn = [name for name, channel in document["channels"].items() if "learning" in channel]
    found += [(f"channels.{name}.learning.half", either(1, 9)) for name in learn]
    for name, stage in document["stages"].items():
        at = f"stages.{name}."
        for check in stage.get("checks", {}):
            found += [
                (f"{at}checks.{check}.sensitivity", either(0.6)),
                (f"{at}checks.{check}.specificity", either(0.3, 0.9)),
            ]
        if "checks" in stage:
            found.append((f"{at}passes_at", st.integers(1, len(stage["checks"]))))
        if "team" in stage and known and "decided" not in stage:
            found.append((f"{at}rejection", rejection(known)))
    found += [
        ("management.control", either(1, 0.25)),
        ("effects.theorist_ripens_after_days", either(*RIPENING)),
    ]
    return found


def of_a_change(before: Model, model: Model, pursuits: list[Record]) -> Counter[str]:
    """Count the traits that come with a chapter, and who has them."""
    known = len(before.traits)
    seen: Counter[str] = Counter()
    seen["a trait comes"] = len(model.traits) - known
    seen["a pursuit has a trait that comes"] = sum(int(each["traits"]) >> known != 0 for each in pursuits)
    return seen


def of_a_report(told: int, fate: int, counted: bool) -> dict[str, int]:
    """Count what a channel is told of a lead that leaves a visit, `fate` being what there is to tell."""
    what = "good" if told == GOOD else "bad"
    return {
        f"learning: a channel is told of a {what} lead": int(told != NO_REPORT),
        "learning: a channel is not told": int(told == NO_REPORT != fate),
        "learning: a channel is told in the warm-up": int(told != NO_REPORT and not counted),
    }


def of_an_inquiry(model: Model, world: Record, pursuit: Record) -> dict[str, int]:
    """Count the companies that are others than they would have been had their channel learnt nothing."""
    company, channel = int(pursuit["company"]), int(pursuit["channel"])
    before = traits_of(model, world, company, channel, 0, 0)
    return {"learning: of one who would have been another": int(before != pursuit["traits"])}


def of_work(model: Model, world: Record, pursuit: Record, met: int, rep: Record | None) -> Counter[str]:
    """Count what is decided of a pursuit on which work has just started; `met` is where it was met before."""
    seen: Counter[str] = Counter()
    stage = visits.stage_for(model, pursuit)
    seen["trait: its odds ratio counts"] = (
        with_traits(model, pursuit, 1.0) != 1.0 and stage["odds"] < math.inf
    )
    shares = model.trait_shares
    seen["trait: of a channel of its own"] = bool((shares != shares[:1]).any())
    for check in model.checks[stage["first_check"] :][: stage["checks"]]:
        about = "of whether a lead means it"
        if check["trait"] != NOTHING:
            _, u = uniforms(world, pursuit["entity"], check["key"], visits.occurrence(pursuit))
            good = u < chance_of_a_good_answer(pursuit, check)
            about = f"of a trait, with a {'good' if good else 'bad'} answer"
        seen[f"check: {about}"] += 1
        seen["check: by nobody"] += rep is None
    if rep is not None and stage["rejection"] > 0:
        seen.update(_of_a_contact(pursuit, met, rep))
    return seen


def _of_a_contact(pursuit: Record, met: int, rep: Record) -> dict[str, int]:
    """Count what a rep thinks of a pursuit in a stage in which sales may reject it."""
    if pursuit["met"] == met:
        return {"met again, and not judged": 1}
    truly = bool(pursuit["flags"] & Flag.OUT_OF_PROFILE)
    rejected = pursuit["target"] == REJECTED
    return {
        f"met after hand-over: {'truly' if truly else 'not'} junk": 1,
        f"rejected: {'truly junk' if truly else 'wrongly'}": int(rejected),
        "rejected: a lead that has been paid for": int(rejected and pursuit["is_lead"]),
        "rejected: with other leads open": int(rejected and rep["open"] > 1),
    }
