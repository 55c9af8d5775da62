"""The rows of traits, checks and rejections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from funnelsim.chance.keys import hash32, purpose
from funnelsim.model.words import NOTHING
from funnelsim.scenario.effects import odds_of
from funnelsim.scenario.qualifying import Check, Rejection, Trait
from funnelsim.scenario.referrals import row_of_referrals
from funnelsim.scenario.schema import Contents
from funnelsim.scenario.sheets import Draft, Sheet, fill
from funnelsim.scenario.volumes import Era

REJECTED_NAME = "rejected"  # the reason for which sales loses junk


def trait_key(name: str) -> int:
    """Return the purpose of the draw of a trait."""
    return purpose("trait", name)


def check_key(stage: str, name: str) -> int:
    """Return the purpose of the draws of a check in a stage (K5)."""
    return hash32("check", stage, name)


def trait_share(contents: Contents, channel: str, trait: str) -> float:
    """Return the share of a channel's companies that have a trait; 0 where nothing is said.

    >>> from funnelsim.scenario import load
    >>> trait_share(load("first_steps"), "website", "budget")
    0.0
    >>> trait_share(load("junk_leads"), "advertising", "budget")
    0.66
    """
    usual = contents.traits.get(trait, Trait()).share or 0.0
    return contents.channels[channel].traits.get(trait, usual)


def rejecting(contents: Contents) -> list[str]:
    """List the stages in which sales may reject."""
    return [name for name, stage in contents.stages.items() if stage.rejection is not None]


@dataclass(frozen=True)
class TraitRow:
    """A trait."""

    name: str
    number: int

    def prepare(self, scenario: Contents, draft: Draft) -> None:  # noqa: ARG002 (keys are names)
        """Write the key of its draws."""
        fill(draft.array("traits"), self.number, {"key": trait_key(self.name)})

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the trait."""
        return (eras[-1].contents.traits[self.name],)

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write its odds ratios."""
        trait = eras[-1].contents.traits[self.name]
        fill(sheet.array("traits"), self.number, {"missing": trait.missing, "present": trait.present})


@dataclass(frozen=True)
class FirmRow:
    """What is the same in all channels and stages."""

    def prepare(self, scenario: Contents, draft: Draft) -> None:
        """Write nothing: it is all numbers."""

    def made_of(self, eras: tuple[Era, ...]) -> tuple[object, ...]:
        """List the effects, the firm's money, and who refers others."""
        contents = eras[-1].contents
        return contents.effects, contents.finance, *contents.channels.values()

    def write(self, eras: tuple[Era, ...], sheet: Sheet) -> None:
        """Write when theorists ripen, what comes later is worth, who refers others, when costs are paid."""
        contents = eras[-1].contents
        days = contents.effects.theorist_ripens_after_days
        row = {
            "ripening": NOTHING if days is None else sheet.distribution(days),
            "discount": contents.finance.discount_rate_per_year,
            **row_of_referrals(contents),
            "opening": contents.finance.opening_balance or 0.0,
            "salaries_after": contents.finance.salaries_paid_after_days or 0,
            "commission_after": contents.finance.commission_paid_after_days or 0,
            "channels_after": contents.finance.channels_paid_after_days or 0,
        }
        fill(sheet.array("firm"), 0, row)


@dataclass(frozen=True)
class QualifyingRows:
    """The checks of a stage, and how sales rejects in it."""

    name: str
    first_check: int
    rejection: int  # how many there are in the stages before
    traits: Mapping[str, int]

    def prepared(self, scenario: Contents, draft: Draft, reasons: Mapping[str, int]) -> dict[str, Any]:
        """Write keys, names and the effects of open leads; return what the stage's rows say of them."""
        stage = scenario.stages[self.name]
        row: dict[str, Any] = {}
        for number, (name, check) in enumerate(stage.checks.items(), start=self.first_check):
            trait = NOTHING if check.trait is None else self.traits[check.trait]
            fill(draft.array("checks"), number, {"key": check_key(self.name, name), "trait": trait})
        if stage.checks:
            row = {"first_check": self.first_check, "checks": len(stage.checks)}
            row["passes_at"] = stage.passes_at or len(stage.checks)
        if stage.rejection is not None:
            first_load, loads = draft.load(stage.rejection.open_leads)
            fixed = {
                "key": purpose("rejection", self.name),
                "needs": sum(1 << self.traits[name] for name in dict.fromkeys(stage.rejection.needs)),
                "reason": reasons[REJECTED_NAME],
                "first_load": first_load,
                "loads": loads,
            }
            fill(draft.array("rejections"), self.rejection, fixed)
            row["rejection"] = self.rejection + 1
        return row

    def write(self, scenario: Contents, sheet: Sheet) -> None:
        """Write what checks take and find, and the odds of rejection."""
        stage = scenario.stages[self.name]
        for number, check in enumerate(stage.checks.values(), start=self.first_check):
            fill(sheet.array("checks"), number, _numbers_of(check, sheet))
        if stage.rejection is not None:
            self._write_rejection(stage.rejection, scenario.management.control, sheet)

    def _write_rejection(self, rejection: Rejection, control: float, sheet: Sheet) -> None:
        row = {
            "odds": odds_of(rejection.probability) * rejection.control**control,
            "theorist": rejection.theorist,
            "skill_exponent": rejection.skill_exponent,
            "effort_share": rejection.effort_share,
        }
        fill(sheet.array("rejections"), self.rejection, row)
        for name, odds in rejection.missing.items():
            sheet.array("junk_odds")[self.rejection, self.traits[name]] = odds


def _numbers_of(check: Check, sheet: Sheet) -> dict[str, Any]:
    return {
        "sensitivity": check.sensitivity,
        "false_good": 1.0 - check.specificity,
        "effort": sheet.distribution(check.effort_hours),
    }
