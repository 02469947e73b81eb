"""How the fields of functions that are not plain columns find their rows."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast

from inventory.models import Account, Binding, EntryPoint, Function, Grant, Identity, Privilege, Tag, Trigger
from inventory.rungs import ONE_STATE, POWERS
from inventory.search import can, values
from inventory.search.field import Asked, Match, between, exists_q, moment, no_comparison, text_filter
from inventory.search.parse import Value

PUBLIC = ("public_anonymous", "public_authenticated")
#: Actions and roles in bindings with which a function can be called, by a part of their JSON.
INVOKES = ("invoke", '"*"', '"lambda:*"', "listkeys", '"roles/owner"', '"roles/editor"')


#: The metrics of the function never told anything.
NO_METRICS = Q(use__read_at__isnull=True)


def null(column: str) -> Q:
    return Q(**{f"{column}__isnull": True})


def unread(*sections: str) -> Q:
    """One of these sections was refused when the function was read last."""
    missing = Q(resource__unread__has_key=sections[0])
    for section in sections[1:]:
        missing |= Q(resource__unread__has_key=section)
    return Q(unread_count__gt=0) & missing


def judged_unknown(column: str) -> Q:
    """Not judged yet, or judged unknown."""
    return Q(posture=None) | Q(**{f"posture__{column}": "unknown"})


def indexed_text(column: str) -> Callable[[Asked], Match]:
    """A column that is part of `search_text`: the index on parts of texts narrows the rows first."""

    def match(asked: Asked) -> Match:
        no_comparison(asked)
        piece = asked.value.text if asked.value.quoted else values.longest_literal(asked.value.text)
        found = text_filter(column, asked.value)
        return Match(found & Q(search_text__contains=piece.lower()) if piece else found)

    return match


def account(asked: Asked) -> Match:
    """An account by name, id, or the group it belongs to."""
    no_comparison(asked)
    named = text_filter("name", asked.value) | text_filter("native_id", asked.value)
    return _of_accounts(named | text_filter("group__name", asked.value))


def state(asked: Asked) -> Match:
    """One word for what three clouds call differently; a cloud's own word is that word alone."""
    no_comparison(asked)
    words = ONE_STATE.get(asked.value.text.lower())
    if words is None or asked.value.quoted:
        return Match(text_filter("state", asked.value), null("state"))
    found = Q()
    for word in words:
        found |= Q(state__iexact=word)
    return Match(found, null("state"))


def group(asked: Asked) -> Match:
    no_comparison(asked)
    return _of_accounts(text_filter("group__name", asked.value))


def _of_accounts(condition: Q) -> Match:
    return Match(Q(account__among=list(Account.objects.filter(condition).order_by().values_list("pk", flat=True))))


def runtime(asked: Asked) -> Match:
    """`eol`, `eol<90d` (ends within 90 days), `supported`, a family (`python`), a runtime, or a pattern."""
    no_comparison(asked)
    word = asked.value.text.lower()
    if word == "eol":
        return Match(Q(runtime_eol__lte=asked.at.date()), null("runtime"))
    if word == "supported":
        return Match(Q(runtime_eol__gt=asked.at.date()), null("runtime_eol"))
    if word.startswith("eol<"):
        length = values.duration(word[4:])
        if length is None:
            raise values.refused(asked.value, "eol<90d or the like")
        return Match(Q(runtime_eol__lte=(asked.at + length).date()), null("runtime"))
    if word.isalpha() and not asked.value.quoted:
        return Match(Q(runtime__istartswith=word), null("runtime"))
    return Match(text_filter("runtime", asked.value), null("runtime"))


def identity(asked: Asked) -> Match:
    """The identity a function runs as, by name or id; `none` for functions without one."""
    no_comparison(asked)
    nowhere = unread("identity")
    if asked.value.text.lower() == "none" and not asked.value.quoted:
        return Match(Q(identity_native_id="") & ~nowhere, nowhere)
    named = Identity.objects.filter(text_filter("name", asked.value) | text_filter("native_id", asked.value))
    return Match(Q(identity_id__in=named.values("pk")) | text_filter("identity_native_id", asked.value), nowhere)


def policy(asked: Asked) -> Match:
    """A policy of the function's identity, by name or id; names without `*` are looked up as written, in an index."""
    no_comparison(asked)
    value = asked.value
    if "*" in value.text and not value.quoted:
        found = text_filter("source_name", value) | text_filter("source", value)
    else:
        found = Q(source_name=value.text) | Q(source_name__in=_names_of(value.text))
    return Match(Q(identity_id__in=Grant.objects.filter(found).values("identity_id")), can.unknown())


def _names_of(source: str) -> list[str]:
    return [source.rsplit("/", 1)[-1]] if "/" in source else []


def can_do(asked: Asked) -> Match:
    no_comparison(asked)
    return Match(can.identities(can.Question(asked.value.text, asked.term.on)), can.unknown())


def tag(asked: Asked) -> Match:
    """`tag.KEY:value`, `tag.KEY:*` (has the tag), `tag:KEY`."""
    no_comparison(asked)
    nowhere = unread("tags")
    if not asked.term.key:
        return Match(exists_q(Tag, text_filter("key", asked.value)), nowhere)
    key = Q(key=asked.term.key)
    if not Tag.objects.filter(key).exists():
        key = Q(key__iexact=asked.term.key)
    anything = asked.value.text == "*" and not asked.value.quoted
    return Match(exists_q(Tag, key if anything else key & text_filter("value", asked.value)), nowhere)


def one_line(column: str) -> Callable[[Asked], Match]:
    """A column that lists one name a line between line ends."""

    def match(asked: Asked) -> Match:
        no_comparison(asked)
        if "*" in asked.value.text and not asked.value.quoted:
            # A star may run over the end of a name: patterns of names are not worth a table of their own.
            pattern = values.like_pattern(f"*\n{asked.value.text}\n*")
            return Match(Q(**{f"{column}__like": pattern}), null(column))
        return Match(Q(**{f"{column}__icontains": f"\n{asked.value.text}\n"}), null(column))

    return match


def trigger(asked: Asked) -> Match:
    """What starts the function: the kind of trigger, or its source."""
    no_comparison(asked)
    if asked.value.text.lower() == "none" and not asked.value.quoted:
        return Match(Q(trigger_count=0), null("trigger_count"))
    return Match(exists_q(Trigger, named_trigger(asked.value)), null("trigger_count"))


def named_trigger(value: Value) -> Q:
    """Triggers of this kind or source; without `*` as they are written, because that is found in an index."""
    if "*" in value.text and not value.quoted:
        return text_filter("kind", value) | text_filter("source", value)
    return Q(kind__in={value.text, value.text.lower()}) | Q(source=value.text)


def url(asked: Asked) -> Match:
    """How the function's own addresses ask for a sign-in: none, any, or the cloud's word."""
    no_comparison(asked)
    word = asked.value.text.lower()
    if word in ("any", "*"):
        return Match(Q(has_url=True), null("has_url"))
    if word in ("no", "missing"):
        return Match(Q(has_url=False), null("has_url"))
    auth = Q(auth__iexact="none") | Q(auth__iexact="anonymous") if word == "none" else text_filter("auth", asked.value)
    return Match(exists_q(EntryPoint, auth), null("has_url"))


def invoker(asked: Asked) -> Match:
    """Who may invoke: a rung for people (public, external), a kind of principal, or the principal itself."""
    no_comparison(asked)
    word = asked.value.text.lower()
    rungs = {"public": PUBLIC, "external": ("external",)}.get(word)
    if rungs:
        return Match(Q(posture__invoke__in=rungs), judged_unknown("invoke"))
    invokes = Q()
    for word in INVOKES:
        invokes |= Q(told__icontains=word)
    return _bound(asked, invokes)


def principal(asked: Asked) -> Match:
    """Whoever a policy of the function names, for whatever."""
    no_comparison(asked)
    return _bound(asked, Q())


def _bound(asked: Asked, actions: Q) -> Match:
    found = text_filter("principal", asked.value) | text_filter("principal_kind", asked.value)
    rows = Binding.objects.annotate(told=Cast("actions", TextField())).filter(found, actions, effect="allow")
    return Match(Q(pk__in=rows.values("function_id")), unread("access"))


def shared(asked: Asked) -> Match:
    """How many present functions run as the same identity (this one counted)."""
    bounds = between("users", *values.number_bounds(asked.value))
    present = Function.objects.filter(gone_at=None).order_by()
    read = present.exclude(identity=None).values("identity_id").annotate(users=Count("pk")).filter(bounds)
    # Identities that were not read are told apart by the id that the function names.
    named = present.filter(identity=None).exclude(identity_native_id="").values("identity_native_id")
    unread_ones = named.annotate(users=Count("pk")).filter(bounds).values("identity_native_id")
    found = Q(identity_id__in=read.values("identity_id")) | Q(identity=None, identity_native_id__in=unread_ones)
    return Match(found, unread("identity"))


def network(asked: Asked) -> Match:
    """`none`, `any`, or a network's id."""
    no_comparison(asked)
    word = asked.value.text.lower()
    if word in ("none", "any", "attached"):
        return Match(Q(network_attached=word != "none"), null("network_attached"))
    return Match(text_filter("network", asked.value), null("network_attached"))


def egress(asked: Asked) -> Match:
    """Where the function can send to, as judged; `any` is the open internet."""
    no_comparison(asked)
    word = asked.value.text.lower()
    words = ("any", "internet", "open") if word in ("any", "internet", "open") else (word,)
    return Match(Q(posture__egress__in=words), judged_unknown("egress"))


def named_power(asked: Asked) -> Q:
    """Privileges of this class, with dashes or underscores in its name."""
    name = asked.value.text.lower().replace("-", "_")
    if name not in POWERS:
        raise values.refused(asked.value, f"One of {', '.join(POWERS)}")
    return Q(power=name)


def power(asked: Asked) -> Match:
    """A class of power among those the function's identity holds."""
    no_comparison(asked)
    holders = Privilege.objects.filter(named_power(asked)).values("identity_id")
    return Match(Q(identity_id__in=holders), judged_unknown("privilege"))


def invoked(asked: Asked) -> Match:
    """The last day with an invocation; `never` where none was found in the days looked at."""
    if asked.value.text.lower() == "never" and not asked.value.quoted:
        no_comparison(asked, "time")
        return Match(Q(use__read_at__isnull=False, use__invoked_on__isnull=True), NO_METRICS)
    return moment("use__invoked_on", NO_METRICS)(asked)


def unread_section(asked: Asked) -> Match:
    """A part of the function that could not be read last time; `*` for any."""
    no_comparison(asked)
    if asked.value.text == "*":
        return Match(Q(unread_count__gt=0))
    return Match(unread(asked.value.text.lower().replace("-", "_")))
