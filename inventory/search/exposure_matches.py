"""How fields that ask who is let in find their rows, among functions and among exposed bindings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from inventory.models import Account, Binding, EntryPoint, ExposedBinding
from inventory.models.exposure import trusted_condition
from inventory.search.field import NOTHING, Asked, Match, no_comparison, text_filter
from inventory.search.function_matches import PUBLIC, judged_unknown, unread
from inventory.search.parse import Value
from inventory.search.values import refused

#: What `external:` can be asked besides an account, project, domain or tenant.
EXTERNAL = ("any", "known", "unknown", "trusted", "untrusted")
YES_NO = ("yes", "no")
#: Actions and roles in bindings with which a function's code, settings or policy can be changed, by a part of their
#: JSON.
CHANGES = (
    "updatefunction", "addpermission", "updatealias", "publishversion", '"*"', '"lambda:*"', '"roles/owner"',
    '"roles/editor"', "cloudfunctions.admin", "cloudfunctions.developer", "run.admin", "run.developer", "sites/write",
    "sites/*", "roleassignments/write",
)  # fmt: skip


def deployer(asked: Asked) -> Match:
    """Who may change it: a rung for people (public, external), a kind of principal, or the principal itself."""
    no_comparison(asked)
    word = asked.value.text.lower()
    rungs = {"public": PUBLIC, "external": ("external",)}.get(word)
    if rungs:
        return Match(Q(posture__deploy__in=rungs), judged_unknown("deploy"))
    return Match(Q(pk__in=changing(asked.value).values("function_id")), unread("access"))


def changing(value: Value) -> QuerySet[Binding]:
    """Bindings by which a principal, or principals of a kind, may change a function."""
    changes = Q()
    for part in CHANGES:
        changes |= Q(told__icontains=part)
    named = text_filter("principal", value) | text_filter("principal_kind", value)
    return Binding.objects.annotate(told=Cast("actions", TextField())).filter(named, changes, effect="allow")


def via(asked: Asked) -> Match:
    """What lets somebody in: the kind of policy or the place where it stands, or the kind of an address."""
    no_comparison(asked)
    bound = Binding.objects.filter(named_via(asked.value), effect="allow").values("function_id")
    entered = EntryPoint.objects.filter(text_filter("kind", asked.value)).values("function_id")
    return Match(Q(pk__in=bound) | Q(pk__in=entered), unread("access", "entry_points"))


def named_via(value: Value) -> Q:
    return text_filter("via", value) | text_filter("source", value)


def external(asked: Asked) -> Match:
    """Functions that a party outside the zone of trust may invoke or change."""
    no_comparison(asked)
    rows = ExposedBinding.objects.filter(external_condition(asked.value, asked.at), gone_at=None)
    return Match(Q(pk__in=rows.values("function_id")), judged_unknown("invoke") | judged_unknown("deploy"))


def external_party(asked: Asked) -> Match:
    """Bindings of a party outside the zone of trust."""
    no_comparison(asked)
    return Match(external_condition(asked.value, asked.at))


def external_condition(value: Value, at: datetime) -> Q:
    """Exposed bindings of external parties: any, known, unknown, trusted, untrusted, or one by id or name."""
    outside = Q(tab="external", own=False)
    word = value.text.lower() if not value.quoted else ""
    if word == "any":
        return outside
    if word == "trusted":
        return outside & trusted_condition(at)
    if word == "untrusted":
        return outside & ~trusted_condition(at)
    if word in ("known", "unknown"):
        known = known_condition() | trusted_condition(at)
        return outside & ~Q(party="") & (known if word == "known" else ~known)
    named = Account.objects.filter(text_filter("name", value)).values_list("provider", "native_id")
    found = text_filter("party", value)
    for provider, native_id in named[:100]:
        found |= Q(provider=provider, party=native_id)
    # Asked for by its id, an account of our own is meant as well.
    return Q(tab="external") & found


def known_condition() -> Q:
    """Rows whose party is an account that is connected here."""
    found = NOTHING
    for provider in Account.Provider.values:
        accounts = Account.objects.filter(provider=provider).values("native_id")
        found |= Q(provider=provider, party__in=accounts)
    return found


def trusted(asked: Asked) -> Match:
    """yes or no: whether the party is a trusted third party at present."""
    no_comparison(asked, "choice")
    held = trusted_condition(asked.at)
    return Match(held if _yes(asked) else ~held)


def latent(asked: Asked) -> Match:
    """yes or no: whether more is granted than gets through at present."""
    no_comparison(asked, "choice")
    return Match(Q(posture__latent=_yes(asked)) & ~judged_unknown("invoke"), judged_unknown("invoke"))


def closed(asked: Asked) -> Match:
    """yes or no: whether the way is closed at present."""
    no_comparison(asked, "choice")
    return Match(~Q(latent="") if _yes(asked) else Q(latent=""))


def flag(column: str) -> Callable[[Asked], Match]:
    def match(asked: Asked) -> Match:
        no_comparison(asked, "choice")
        return Match(Q(**{column: _yes(asked)}))

    return match


def word_of(column: str, words: tuple[str, ...], empty: str = "") -> Callable[[Asked], Match]:
    """A column that holds one of a few words; `empty` is how "" is asked for."""

    def match(asked: Asked) -> Match:
        no_comparison(asked, "choice")
        word = asked.value.text.lower()
        if word not in words:
            raise refused(asked.value, f"One of {', '.join(words)}")
        return Match(Q(**{column: "" if word == empty else word}))

    return match


def _yes(asked: Asked) -> bool:
    word = asked.value.text.lower()
    if word not in YES_NO:
        raise refused(asked.value, "yes or no")
    return word == "yes"
