"""The rules in force in an account, and what they say of a resource. One rule's fault does not cost the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import structlog

from findings.catalogue import catalogue
from findings.evidence import Told, told
from findings.models import RuleSetting, Shelf, settings_of
from findings.models.verdicts import DISABLED, LETTERS, NOT_EVALUATED, SILENT
from findings.rule import Judgement, Rule, Verdict, judge
from findings.seen import Seen
from findings.severity import Severity
from inventory.history import clean, digest
from inventory.models import Account

log = structlog.get_logger(__name__)
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Opinion:
    """What all rules say of one resource: a letter each, in the order of the shelf (see `findings.models.verdicts`),
    why some could not decide, and what fails."""

    word: str
    reasons: dict[str, str]
    failing: dict[str, Told]


@dataclass
class Bench:
    """Asks every rule of the shelf, as the account's settings have it."""

    account: Account
    at: datetime
    faulty: Counter[str] = field(default_factory=Counter)

    @cached_property
    def settings(self) -> dict[str, RuleSetting]:
        return settings_of(self.account)

    @cached_property
    def rules(self) -> list[Rule]:
        """The whole shelf, in the order of its ids."""
        return sorted(catalogue().values(), key=lambda rule: rule.id)

    @cached_property
    def shelf(self) -> Shelf:
        ids = [rule.id for rule in self.rules]
        versions = {rule.id: rule.version for rule in self.rules if rule.version != 1}
        told = {"rules": ids, "versions": versions, "at": self.at}
        return Shelf.objects.get_or_create(digest=digest([*ids, versions] if versions else ids), defaults=told)[0]

    def is_enabled(self, rule: str) -> bool:
        """Whether there is such a rule and nobody disabled it here."""
        return rule in catalogue() and (rule not in self.settings or self.settings[rule].enabled)

    def opinion(self, seen: Seen) -> Opinion:
        letters, reasons, failing = [], {}, {}
        for rule in self.rules:
            if rule.about != seen.kind or seen.provider not in rule.checks:
                letters.append(SILENT)
            elif not self.is_enabled(rule.id):
                letters.append(DISABLED)
            elif (judgement := self.ask(rule, seen)) is None:
                letters.append(NOT_EVALUATED)
                reasons[rule.id] = "The rule itself failed; see the log."
            else:
                letters.append(LETTERS[judgement.verdict])
                if judgement.verdict is Verdict.FAIL:
                    failing[rule.id] = self._told(rule, judgement)
                elif judgement.verdict is Verdict.UNKNOWN:
                    reasons[rule.id] = str(clean("; ".join(judgement.reasons)))[:LONGEST_REASON]
        return Opinion("".join(letters), reasons, failing)

    def ask(self, rule: Rule, seen: Seen) -> Judgement | None:
        """The rule's word, None when the rule itself fails: it is logged, and the other rules go on."""
        try:
            return judge(rule, seen)
        except Exception:
            self.faulty[rule.id] += 1
            if self.faulty[rule.id] == 1:
                log.exception("rule_failed", rule=rule.id, resource=seen.native_id)
            return None

    def _told(self, rule: Rule, judgement: Judgement) -> Told:
        severity, because = judgement.severity or rule.severity, judgement.because
        setting = self.settings.get(rule.id)
        if setting is not None and setting.severity:
            severity = Severity(setting.severity)
            whose = f"group {self.account.group}" if setting.group_id else "all accounts"
            because = f"set to {severity} for {whose}: {setting.reason}"
        return told(judgement.evidence, rule.severity, severity, because)
