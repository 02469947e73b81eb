"""What can be asked of identities: each field is declared once, here."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from inventory.models import Grant, Privilege
from inventory.rungs import POWERS, PRIVILEGE
from inventory.search import can, grants
from inventory.search.field import (
    Asked,
    Field,
    Match,
    by_name,
    exists_q,
    ladder,
    moment,
    no_comparison,
    number,
    provider,
    text,
    text_filter,
)
from inventory.search.function_matches import account, group, judged_unknown, named_power, null
from inventory.search.values import refused

UNJUDGED = judged_unknown("privilege")
STATES = ("gone", "shared", "used", "unused", "new")


def is_(asked: Asked) -> Match:
    no_comparison(asked, "choice")
    found = {
        "gone": Match(Q(gone_at__isnull=False)),
        "shared": Match(Q(functions__gt=1)),
        "used": Match(Q(functions__gt=0)),
        "unused": Match(Q(functions=0)),
        "new": Match(Q(first_seen__gte=asked.at - timedelta(days=7))),
    }.get(asked.value.text.lower())
    if found is None:
        raise refused(asked.value, f"One of {', '.join(STATES)}")
    return found


def policy(asked: Asked) -> Match:
    no_comparison(asked)
    value = asked.value
    found = text_filter("source_name", value) | text_filter("source", value)
    return Match(Q(pk__in=Grant.objects.filter(found).values("identity_id")), null("policy_count"))


def power(asked: Asked) -> Match:
    no_comparison(asked)
    return Match(exists_q(Privilege, named_power(asked), "identity"), UNJUDGED)


def can_do(asked: Asked) -> Match:
    no_comparison(asked)
    granted = can.identities(can.Question(asked.value.text, asked.term.on), "pk")
    return Match(granted, null("policy_count"))


_FIELDS = (
    Field("name", "text", "Name; `*` stands for any text.", "name:*-admin", text("name")),
    Field("id", "text", "The cloud's own id, or ours.", "id:*:role/checkout", text("native_id", "uid"),
          aliases=("uid",)),
    Field("provider", "text", "Cloud: aws, gcp or azure.", "provider:gcp", provider("provider"),
          suggests="provider"),
    Field("account", "text", "Account, project or subscription: name, id, or the group it belongs to.",
          "account:acme-prod", account, suggests="account__name"),
    Field("group", "text", "Group of accounts.", "group:shop", group, suggests="account__group__name"),
    Field("kind", "text", "Role, service account or managed identity.", "kind:role", text("kind"), suggests="kind"),
    Field("functions", "number", "How many present functions run as it.", "functions:>1", number("functions")),
    Field("policies", "number", "How many policies it has.", "policies:0",
          number("policy_count", "", null("policy_count")), null("policy_count")),
    Field("policy", "text", "A policy of it, by name or id.", "policy:AdministratorAccess", policy,
          null("policy_count")),
    Field("boundary", "text", "Its permissions boundary.", "boundary:*", text("boundary")),
    Field("can", "action", "It may do this action, or may if a condition holds. `on:` names the resource.",
          "can:iam:PassRole on:*", can_do, null("policy_count"), follow="on"),
    Field("privilege", "choice", "Summary level of what it may do.", "privilege:admin",
          ladder("posture__privilege", PRIVILEGE, {}, UNJUDGED), UNJUDGED, (*reversed(PRIVILEGE), "unknown"),
          "posture__privilege"),
    Field("power", "text", "A class of power it holds.", "power:iam-write", power, UNJUDGED, POWERS),
    Field("wildcard", "choice", "It is granted by wildcards: `actions` (any `*` in an action), `service` (a whole "
          "service), `resources` (every resource, or a whole project or subscription).", "wildcard:service",
          grants.wildcard("pk", lambda: null("policy_count")), null("policy_count"), grants.WILDCARDS),
    Field("escalation", "text", "A path to more rights that it holds: any, confirmed, potential, or its name.",
          "escalation:confirmed", grants.escalation("pk", UNJUDGED), UNJUDGED, grants.ESCALATIONS),
    Field("wildcard-actions", "number", "How many of its statements grant every action of a service.",
          "wildcard-actions:>0", number("posture__wild_actions", "", null("posture__wild_actions")),
          null("posture__wild_actions")),
    Field("wildcard-resources", "number", "How many of its statements hold on everything.",
          "wildcard-resources:>0", number("posture__wild_resources", "", null("posture__wild_resources")),
          null("posture__wild_resources")),
    Field("paths", "number", "How many ways to more rights it has.", "paths:>0",
          number("posture__paths", "", null("posture__paths")), null("posture__paths")),
    Field("confirmed-paths", "number", "How many of these ways have all they need.", "confirmed-paths:>0",
          number("posture__confirmed_paths", "", null("posture__confirmed_paths")), null("posture__confirmed_paths")),
    Field("outsiders", "number", "How many principals outside our accounts may take it on.", "outsiders:>0",
          number("posture__outsiders", "", null("posture__outsiders")), null("posture__outsiders")),
    Field("unused", "number", "Percent of the services it may use that it did not use.", "unused:>50",
          number("posture__unused_percent", "", null("posture__unused_percent")), null("posture__unused_percent")),
    Field("last-used", "time", "When the cloud last saw it used.", "last-used:>90d",
          moment("last_used_at", null("last_used_at")), null("last_used_at")),
    Field("is", "choice", "It is …", "is:shared", is_, values=STATES),
    Field("changed", "time", "When it last changed.", "changed:<7d", moment("changed_at")),
    Field("first-seen", "time", "When it was first seen.", "first-seen:<7d", moment("first_seen")),
)  # fmt: skip

IDENTITY_FIELDS = by_name(_FIELDS)
