"""What can be asked of findings: each field is declared once, here; and `finding:` among the fields of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models import OuterRef, Q
from django.db.models.expressions import Exists

from findings.catalogue import catalogue
from findings.models import Finding
from findings.present import title_of
from findings.rule import Rule, Subject
from findings.severity import Severity
from findings.standards import FRAMEWORKS
from findings.states import ACTIVE, CLOSED, EXPIRING, SET_ASIDE, State
from inventory.models import Account, Tag
from inventory.rungs import EXPOSURE, PRIVILEGE, SEVERITY
from inventory.search import values
from inventory.search.field import (
    Asked,
    Field,
    Match,
    by_name,
    exists_q,
    known_provider,
    ladder,
    moment,
    no_comparison,
    text,
    text_filter,
)
from inventory.search.function_fields import EXPOSURE_GROUPS, UNASKED
from inventory.search.function_matches import account, group
from inventory.search.lists import SearchList

RANKS = {severity.value: severity.rank for severity in Severity}
STATES = {state.value.replace(" ", "-"): (state.value,) for state in State} | {
    "active": tuple(ACTIVE), "set-aside": tuple(SET_ASIDE), "closed": tuple(CLOSED), "any": tuple(State),
}  # fmt: skip
WORDS = ("overdue", "assigned", "unassigned", "mine", "new", "expiring")
#: An acceptance that ends within so long is about to expire.
SOON = timedelta(days=14)
ELSEWHERE = Q(function=None)


def state(asked: Asked) -> Match:
    """A state (a dash may stand for the space), or active, set-aside, closed, any."""
    no_comparison(asked, "choice")
    wanted = STATES.get(asked.value.text.lower().replace(" ", "-"))
    if wanted is None:
        raise values.refused(asked.value, f"One of {', '.join(STATES)}")
    return Match(Q(state__in=wanted))


def rules_of(asked: Asked) -> list[str]:
    """The ids of the rules that a value names: by id, an earlier id, or an entry of the catalogue; `*` is any text."""
    word = asked.value.text.lower().replace("-", "_")
    known = {rule.id: (rule.id, *rule.aliases, *rule.catalogue) for rule in catalogue().values()}
    if "*" not in word or asked.value.quoted:
        return [id for id, names in known.items() if word in (name.lower().replace("-", "_") for name in names)]
    begin, *rest = word.split("*")
    return [id for id, names in known.items() if any(_like(name.lower(), begin, rest) for name in names)]


def _like(name: str, begin: str, rest: list[str]) -> bool:
    """Whether a name is a pattern's text, its parts in their order."""
    name = name.replace("-", "_")
    if not name.startswith(begin):
        return False
    name = name[len(begin) :]
    for part in filter(None, rest[:-1]):
        _, found, name = name.partition(part)
        if not found and part:
            return False
    return name.endswith(rest[-1])


def rule(asked: Asked) -> Match:
    no_comparison(asked)
    return Match(Q(rule__in=rules_of(asked)) | text_filter("rule", asked.value))


def of_rules(what: str, told: Callable[[Rule], Iterable[str]], known: Iterable[str]) -> Callable[[Asked], Match]:
    """Findings of rules that have this word among what `told` says of them."""

    def match(asked: Asked) -> Match:
        no_comparison(asked)
        word = asked.value.text.lower().replace(" ", "-")
        if word not in known and ":" not in word:
            raise values.refused(asked.value, f"{what} ({', '.join(known)})")
        found = [one.id for one in catalogue().values() if word in (each.lower() for each in told(one))]
        return Match(Q(rule__in=found))

    return match


def _dashed(subject: Subject) -> str:
    return subject.value.replace(" ", "-")


SUBJECTS = tuple(_dashed(subject) for subject in Subject)


def _standards(rule: Rule) -> Iterable[str]:
    """Its controls, whole, and the frameworks they are of."""
    return [*rule.standards, *(control.partition(":")[0] for control in rule.standards)]


def assignee(asked: Asked) -> Match:
    """A person by their sign-in name, `me`, or `none`."""
    no_comparison(asked)
    word = asked.value.text.lower()
    if not asked.value.quoted and word == "none":
        return Match(Q(assignee=None))
    if not asked.value.quoted and word == "me":
        return Match(Q(assignee=getattr(asked.user, "pk", None), assignee__isnull=False))
    return Match(text_filter("assignee__username", asked.value) & Q(assignee__isnull=False))


def ahead(column: str) -> Callable[[Asked], Match]:
    """A day to come: `<7d` is within the next seven days, and what is late already."""

    def match(asked: Asked) -> Match:
        length = values.duration(asked.value.text)
        if length is None:
            return moment(column)(asked)
        beyond = asked.value.op.startswith(">")
        return Match(Q(**{f"{column}__gt" if beyond else f"{column}__lte": asked.at + length}))

    return match


def provider(asked: Asked) -> Match:
    """By the accounts of that cloud: a database that has them in hand need not join each finding with its account."""
    known_provider(asked)
    accounts = Account.objects.filter(text_filter("provider", asked.value)).order_by()
    return Match(Q(account__among=list(accounts.values_list("pk", flat=True))))


def is_(asked: Asked) -> Match:
    no_comparison(asked, "choice")
    found = {
        "overdue": Q(state__in=ACTIVE, due_at__lte=asked.at),
        "assigned": Q(assignee__isnull=False),
        "unassigned": Q(assignee=None),
        "mine": Q(assignee=getattr(asked.user, "pk", None), assignee__isnull=False),
        "new": Q(opened_at__gte=asked.at - timedelta(days=7)),
        "expiring": Q(state__in=EXPIRING, until__lte=asked.at + SOON),
    }.get(asked.value.text.lower())
    if found is None:
        raise values.refused(asked.value, f"One of {', '.join(WORDS)}")
    return Match(found)


def tag(asked: Asked) -> Match:
    """A tag of the function, as in the list of functions."""
    no_comparison(asked)
    if not asked.term.key:
        found = text_filter("key", asked.value)
    else:
        anything = asked.value.text == "*" and not asked.value.quoted
        found = Q(key__iexact=asked.term.key) & (Q() if anything else text_filter("value", asked.value))
    return Match(Q(Exists(Tag.objects.filter(found, function=OuterRef("function_id")))), ELSEWHERE)


def _posture(column: str) -> Q:
    return ELSEWHERE | Q(function__posture=None) | Q(**{f"function__posture__{column}": "unknown"})


_FIELDS = (
    Field("severity", "choice", "How bad it is.", "severity:>=high", ladder("severity", SEVERITY[1:], {}, Q(pk__in=[])),
          values=tuple(reversed(SEVERITY[1:])), suggests="severity"),
    Field("state", "choice", "Where it stands; without it, what is open, in review or remediating is found.",
          "state:accepted", state, values=tuple(STATES)),
    Field("rule", "text", "Rule by its id, an earlier id, or an entry of the catalogue; `*` stands for any text.",
          "rule:public_invoke", rule, suggests="rule"),
    Field("subject", "choice", "The part of security the rule is about.", "subject:privilege",
          of_rules("A subject", lambda one: (_dashed(one.subject),), SUBJECTS),
          values=SUBJECTS),
    Field("standard", "text", "A framework, or one of its controls, that the rule answers.",
          "standard:cis-aws-compute:4.6", of_rules("A framework or control", _standards, FRAMEWORKS),
          values=tuple(FRAMEWORKS)),
    Field("provider", "text", "Cloud: aws, gcp or azure.", "provider:aws", provider,
          suggests="account__provider"),
    Field("account", "text", "Account, project or subscription: name, id, or the group it belongs to.",
          "account:acme-prod", account, suggests="account__name"),
    Field("group", "text", "Group of accounts.", "group:shop", group, suggests="account__group__name"),
    Field("region", "text", "Region or location.", "region:eu-west-1", text("region"),
          suggests="region"),
    Field("function", "text", "Name or id of the function.", "function:check*",
          text("function__name", "function__native_id", "function__uid", unknown=ELSEWHERE), ELSEWHERE,
          aliases=("name",)),
    Field("kind", "text", "What it is about: function or account.", "kind:account", text("resource__kind"),
          values=("function", "account")),
    Field("assignee", "text", "Who is to mend it: a sign-in name, `me`, or `none`.", "assignee:me", assignee,
          values=("me", "none"), suggests="assignee__username"),
    Field("opened", "time", "When it was opened, or opened again.", "opened:<7d", moment("opened_at")),
    Field("closed", "time", "When it was resolved, gone or retired (with state:).", "state:resolved closed:<7d",
          moment("closed_at")),
    Field("due", "time", "The day by which it is to be mended; `due:<7d`: within seven days, or late already.",
          "due:<7d", ahead("due_at")),
    Field("until", "time", "The day on which an acceptance or a snooze ends.", "state:accepted until:<14d",
          ahead("until")),
    Field("is", "choice", "It is …", "is:overdue", is_, values=WORDS),
    Field("privilege", "choice", "Summary level of what the function's identity may do.", "privilege:admin",
          ladder("function__posture__privilege", PRIVILEGE, {}, _posture("privilege")), _posture("privilege"),
          (*reversed(PRIVILEGE), "unknown")),
    Field("exposure", "choice", "Who may invoke the function, on the ladder.", "exposure:public",
          ladder("function__posture__invoke", EXPOSURE, EXPOSURE_GROUPS, _posture("invoke")), _posture("invoke"),
          (*reversed(EXPOSURE), "unknown")),
    Field("tag", "text", "Tag or label of the function: `tag.KEY:value`, `tag.KEY:*`, or `tag:KEY`.", "tag.env:prod",
          tag, keyed=True),
)  # fmt: skip

FINDINGS = SearchList(
    name="findings",
    model=Finding,
    fields=by_name(_FIELDS),
    text=("resource__name", "resource__native_id", "rule"),
    sorts={
        "risk": "risk",
        "severity": "rank",
        "rule": "rule",
        "name": "resource__name",
        "account": "account__name",
        "opened": "opened_at",
        "due": "due_at",
        "closed": "closed_at",
    },
    order="-risk",
    facets=("severity", "state", "rule", "provider", "account", "region", "assignee"),
    rows=lambda user: Finding.objects.visible_to(user),
    usual=Q(state__in=ACTIVE),
    beyond=(("state", ""), ("closed", ""), ("is", "expiring"), ("until", "")),
    counted={"provider": "account__provider", "assignee": "assignee__username"},
    ranked={"severity": tuple(reversed(SEVERITY)), "state": tuple(state.value for state in State)},
    called={"rule": title_of},
)


def has_finding(asked: Asked) -> Match:
    """Functions with an open finding of a severity (or beyond one), of a rule, any, or none."""
    word = asked.value.text.lower()
    if word in RANKS:
        rank = RANKS[word]
        suffix = {"": "", ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte"}[asked.value.op]
        return Match(_open(Q(**{f"rank{suffix}": rank})), UNASKED)
    no_comparison(asked, "choice")
    if word == "any":
        return Match(_open(Q()), UNASKED)
    if word == "none":
        return Match(Q(posture__worst="none"), UNASKED)
    found = rules_of(asked)
    if not found:
        raise values.refused(asked.value, f"One of {', '.join((*RANKS, 'any', 'none'))}, or a rule")
    return Match(_open(Q(rule__in=found)), UNASKED)


def _open(which: Q) -> Q:
    return exists_q(Finding, which & Q(state__in=ACTIVE))


#: For the list of functions.
FINDING = Field(
    "finding", "text", "It has an open finding: of a severity, of a rule, any, or none.", "finding:critical",
    has_finding, UNASKED, (*RANKS, "any", "none", "unknown"), aliases=("findings",),
)  # fmt: skip
