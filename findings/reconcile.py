"""Bring findings in line with what rules say: opened, seen again, resolved, reopened.

Only a rule that says PASS or NOT APPLICABLE resolves; UNKNOWN and a rule that failed itself change nothing. What did
not change is not written. Reads take a fixed number of queries a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from findings import risk
from findings.bench import Bench, Opinion
from findings.catalogue import catalogue
from findings.counts import Counts
from findings.evidence import Told
from findings.models import Finding, FindingEvent, Verdicts
from findings.models.ledger import Ledger, Sort, sorts
from findings.models.verdicts import DISABLED, SILENT
from findings.models.worst import tell_worst
from findings.seen import Seen
from findings.severity import Severity
from findings.states import EXPIRING, SET_ASIDE, Happening, State
from inventory.models import Account

WRITTEN = (
    "region", "state", "severity", "rank", "because", "evidence", "faults", "digest", "abouts", "opened_at",
    "last_seen", "closed_at", "due_at", "until", "reason", "before", "risk",
)  # fmt: skip
#: Written of those whose place among the others changed and nothing else: by far the most of what changes.
MOVED = ("risk", "last_seen")
RESOLVES = {"p": "It passes now.", "n": "The rule does not apply any more."}

Subject = tuple[int, Seen]


def reconcile(bench: Bench, subjects: Sequence[Subject]) -> None:
    """Ask all rules about these present resources (id, as seen) of one account, and write what became of it."""
    opinions = {pk: bench.opinion(seen) for pk, seen in subjects}
    with transaction.atomic():
        # Two judgings of one account may run side by side: the second waits, and leaves alone what is newer.
        Account.objects.select_for_update(no_key=True).get(pk=bench.account.pk)
        before = {row.pk: row for row in Verdicts.objects.filter(pk__in=opinions).select_related("shelf")}
        pile = Pile(bench)
        kept = {pk: told for pk, told in opinions.items() if pk not in before or before[pk].at <= bench.at}
        found: dict[int, dict[str, Finding]] = {pk: {} for pk in kept}
        for finding in Finding.objects.filter(resource__in=kept).defer("evidence"):
            found[finding.resource_id][finding.rule] = finding
        for pk, seen in subjects:
            if pk in kept:
                pile.judge(pk, seen, kept[pk], found[pk])
        pile.write()
        _keep_verdicts(bench, kept, before)
        tell_worst(Finding, _of_news(pile, subjects, before))


def due(severity: Severity, at: datetime) -> datetime | None:
    """By when a fault of this severity, seen at this time, is to be mended; None where no time is set."""
    days = settings.FINDING_DUE_DAYS.get(severity.value, 0)
    return at + timedelta(days=days) if days else None


def _of_news(pile: Pile, subjects: Sequence[Subject], before: dict[int, Verdicts]) -> set[int]:
    """The functions whose open findings may have changed, and those that were never asked about before."""
    new = {pk for pk, seen in subjects if seen.kind == "function" and pk not in before}
    return new | {one.function_id for one in (*pile.opened, *pile.changed) if one.function_id}


def _keep_verdicts(bench: Bench, opinions: dict[int, Opinion], before: dict[int, Verdicts]) -> None:
    counts = Counts(bench.account)
    changed = []
    for pk, told in opinions.items():
        was = before.get(pk)
        if was and (was.shelf_id, was.word, was.reasons) == (bench.shelf.pk, told.word, told.reasons):
            continue
        if was:
            counts.take(was.shelf.rules, was.word)
        counts.add(bench.shelf.rules, told.word)
        changed.append(
            Verdicts(pk, account_id=bench.account.pk, shelf=bench.shelf, word=told.word, reasons=told.reasons,
                     at=bench.at)
        )  # fmt: skip
    Verdicts.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["resource"],
        update_fields=["account", "shelf", "word", "reasons", "at"], batch_size=500,
    )  # fmt: skip
    counts.write()


@dataclass
class Pile:
    """What is to be written of one batch: new findings, changed ones, and the entries of their logs.

    `stood` holds, for each of `changed`, among what it was counted before.
    """

    bench: Bench
    opened: list[Finding] = field(default_factory=list)
    changed: list[Finding] = field(default_factory=list)
    stood: list[tuple[Sort, ...]] = field(default_factory=list)
    moved: list[Finding] = field(default_factory=list)
    events: list[FindingEvent] = field(default_factory=list)

    def judge(self, pk: int, seen: Seen, opinion: Opinion, found: dict[str, Finding]) -> None:
        """Compare what the rules say of one resource with the findings there are."""
        letters = dict(zip(self.bench.shelf.rules, opinion.word, strict=True))
        for rule, told in opinion.failing.items():
            if rule in found:
                self._see_again(found[rule], seen, told)
            else:
                self._open(pk, seen, rule, told)
        for rule, finding in found.items():
            letter = letters.get(rule, SILENT)
            if finding.is_closed or rule in opinion.failing:
                continue
            if letter in RESOLVES:
                self._close(finding, State.RESOLVED, Happening.RESOLVED, RESOLVES[letter])
            elif letter in (SILENT, DISABLED):
                self.retire(finding)

    def retire(self, finding: Finding) -> None:
        """Close what nobody looks for any more; the state is kept for when somebody does again."""
        finding.before = finding.state
        self._close(finding, State.RETIRED, Happening.RETIRED, "The rule is disabled here or there no more.")

    def _open(self, pk: int, seen: Seen, rule: str, told: Told) -> None:
        at = self.bench.at
        finding = Finding(
            resource_id=pk, function_id=pk if seen.kind == "function" else None, account=self.bench.account, rule=rule,
            first_seen=at, opened_at=at, last_seen=at, due_at=due(told.severity, at),
        )  # fmt: skip
        _take(finding, seen, told)
        self.opened.append(finding)
        self._log(finding, Happening.OPENED, now=told.severity.value, note=told.because)

    def _see_again(self, finding: Finding, seen: Seen, told: Told) -> None:
        was, place, stood = _told(finding), finding.risk, sorts(finding)
        if finding.is_closed:
            self._reopen(finding, told)
        elif finding.state in EXPIRING and told.severity.rank > finding.rank:
            self._put_back(finding, f"It is worse than when it was {finding.state}.", told)
        elif told.severity.rank != finding.rank:
            self._graver_or_milder(finding, told)
        elif told.abouts != finding.abouts:
            self._log(finding, Happening.CHANGED, note=f"{told.faults} faults, not the same as before.")
        _take(finding, seen, told)
        if was != _told(finding):
            finding.last_seen = self.bench.at
            self.changed.append(finding)
            self.stood.append(stood)
        elif place != finding.risk:
            finding.last_seen = self.bench.at
            self.moved.append(finding)

    def _graver_or_milder(self, finding: Finding, told: Told) -> None:
        worse = told.severity.rank > finding.rank
        if worse and (soonest := due(told.severity, self.bench.at)):
            finding.due_at = min(finding.due_at or soonest, soonest)
        what = Happening.WORSE if worse else Happening.MILDER
        self._log(finding, what, was=finding.severity, now=told.severity.value, note=told.because)

    def _reopen(self, finding: Finding, told: Told) -> None:
        """What was closed is there again. After a rule's rest, an acceptance that still holds goes on."""
        at = self.bench.at
        aside = finding.state == State.RETIRED and finding.before in SET_ASIDE
        if aside and (finding.until is None or finding.until > at):
            was, finding.state = finding.state, finding.before
            finding.closed_at, finding.before = None, ""
            self._log(finding, Happening.REOPENED, was=was, now=finding.state, note="The rule is back.")
            return
        finding.opened_at = at
        self._put_back(finding, "", told)

    def _put_back(self, finding: Finding, note: str, told: Told) -> None:
        was, finding.state = finding.state, State.OPEN
        finding.closed_at, finding.until, finding.reason, finding.before = None, None, "", ""
        finding.due_at = due(told.severity, self.bench.at)
        self._log(finding, Happening.REOPENED, was=was, now=State.OPEN, note=note)

    def _close(self, finding: Finding, state: State, what: Happening, note: str) -> None:
        self.changed.append(finding)
        self.stood.append(sorts(finding))
        was, finding.state, finding.closed_at = finding.state, state, self.bench.at
        self._log(finding, what, was=was, now=state, note=note)

    def gone(self, finding: Finding, at: datetime) -> None:
        """Its resource is there no more since this time."""
        self._close(finding, State.GONE, Happening.GONE, "A complete reading no longer found it.")
        finding.closed_at = at

    def _log(self, finding: Finding, what: Happening, *, was: str = "", now: str = "", note: str = "") -> None:
        self.events.append(FindingEvent(finding=finding, at=self.bench.at, what=what, was=was, now=now, note=note))

    def write(self) -> None:
        """Write it all: O(changed)."""
        Finding.objects.bulk_create(self.opened, batch_size=500)
        whole = [one for one in self.changed if "evidence" not in one.get_deferred_fields()]
        bare = [one for one in self.changed if "evidence" in one.get_deferred_fields()]
        Finding.objects.bulk_update(whole, WRITTEN, batch_size=100)
        Finding.objects.bulk_update(bare, [name for name in WRITTEN if name != "evidence"], batch_size=100)
        Finding.objects.bulk_update(self.moved, MOVED, batch_size=400)
        for event in self.events:
            event.finding_id = event.finding.pk
        FindingEvent.objects.bulk_create(self.events, batch_size=500)
        self._count()

    def _count(self) -> None:
        ledger = Ledger()
        for stood in self.stood:
            ledger.take(stood)
        for finding in (*self.opened, *self.changed):
            ledger.add(sorts(finding))
        ledger.write()


def _told(finding: Finding) -> tuple[str, ...]:
    """What is written down when it differs."""
    return finding.region, finding.severity, str(finding.rank), finding.digest, finding.abouts, finding.state


def _take(finding: Finding, seen: Seen, told: Told) -> None:
    """Write what is said now into a finding, where it says something else."""
    rule = catalogue().get(finding.rule)
    is_path = rule is not None and rule.is_path
    weight = risk.weight(told.severity, seen.posture.invoke, seen.posture.privilege, is_path)
    finding.risk, finding.region = risk.key(weight, finding.opened_at), seen.region
    if finding.digest == told.digest:
        return
    finding.seen_as(told.severity, told.because)
    finding.evidence, finding.faults = told.evidence, told.faults
    finding.digest, finding.abouts = told.digest, told.abouts
