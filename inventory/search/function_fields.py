"""What can be asked of functions: each field is declared once, here, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from inventory.facts import Section
from inventory.models import Binding, Tag
from inventory.rungs import EXPOSURE, ONE_STATE, POWERS, PRIVILEGE, SEVERITY
from inventory.search import can, exposure_matches, grants, staleness
from inventory.search import function_matches as how
from inventory.search.field import (
    Asked,
    Field,
    Match,
    by_name,
    exists,
    ladder,
    moment,
    no_comparison,
    number,
    provider,
    text,
)
from inventory.search.function_matches import judged_unknown, null, unread
from inventory.search.values import refused

EXPOSURE_GROUPS = {
    "public": how.PUBLIC,
    "service": ("service_scoped", "service_unscoped"),
    "internal": ("organisation", "service_scoped", "same_account"),
    "private": ("none",),
}
EXPOSURE_WORDS = (*EXPOSURE_GROUPS, *(word.replace("_", "-") for word in EXPOSURE), "unknown")

#: What `has:` can ask for: rows that have it, rows of which it is not known.
PARTS: dict[str, Match] = {
    "url": Match(Q(has_url=True), null("has_url")),
    "entry-point": Match(Q(entry_point_count__gt=0), null("entry_point_count")),
    "vpc": Match(Q(network_attached=True), null("network_attached")),
    "trigger": Match(Q(trigger_count__gt=0), null("trigger_count")),
    "tags": Match(exists(Tag), unread("tags")),
    "layers": Match(Q(layer_count__gt=0), null("layer_count")),
    "env": Match(Q(variable_count__gt=0), null("variable_count")),
    "secrets": Match(Q(secret_count__gt=0), null("secret_count")),
    "identity": Match(~Q(identity_native_id=""), unread("identity")),
    "policy": Match(exists(Binding), unread("access")),
    "key": Match(Q(key__gt=""), null("key")),
    "concurrency": Match(Q(concurrency__isnull=False), unread("concurrency")),
    "log-retention": Match(Q(log_retention_days__gt=0), unread("logging")),
    "unread": Match(Q(unread_count__gt=0)),
    "dlq": Match(Q(has_dead_letter=True), null("has_dead_letter")),
}
STATES = ("public", "gone", "stale", "shared", "unread", "new", "latent")


#: No rule was ever asked about it.
UNASKED = Q(posture=None) | Q(posture__worst__isnull=True)


def has(asked: Asked) -> Match:
    no_comparison(asked, "choice")
    found = PARTS.get(asked.value.text.lower())
    if found is None:
        raise refused(asked.value, f"One of {', '.join(PARTS)}")
    return found


def is_(asked: Asked) -> Match:
    no_comparison(asked, "choice")
    word = asked.value.text.lower()
    if word == "public":
        return Match(Q(posture__invoke__in=how.PUBLIC), judged_unknown("invoke"))
    if word == "gone":
        return Match(Q(gone_at__isnull=False))
    if word == "stale":
        return Match(Q(resource__scope__among=list(staleness.stale_scopes(asked.at).values_list("pk", flat=True))))
    if word == "shared":
        return Match(Q(posture__shared_by__gt=1), Q(posture__shared_by__isnull=True))
    if word == "unread":
        return Match(Q(unread_count__gt=0))
    if word == "new":
        return Match(Q(first_seen__gte=asked.at - timedelta(days=7)))
    if word == "latent":
        return Match(Q(posture__latent=True), judged_unknown("invoke"))
    raise refused(asked.value, f"One of {', '.join(STATES)}")


def unknown_field(asked: Asked) -> Match:
    no_comparison(asked, "choice")
    field = FUNCTION_FIELDS.get(asked.value.text.lower())
    if field is None or field.unknown is None:
        names = sorted(name for name, one in FUNCTION_FIELDS.items() if one.unknown is not None and name == one.name)
        raise refused(asked.value, f"A field that can be unknown ({', '.join(names)})")
    return Match(field.unknown)


def column(name: str, column: str, help: str, example: str, *, suggests: bool = False, aliases: tuple[str, ...] = (),
           unknown: bool = True) -> Field:  # fmt: skip
    """A field that is a text column, unknown where that is NULL."""
    missing = null(column) if unknown else None
    return Field(name, "text", help, example, text(column, unknown=missing), missing,
                 suggests=column if suggests else "", aliases=aliases)  # fmt: skip


def amount(name: str, column: str, unit: str, help: str, example: str, aliases: tuple[str, ...] = ()) -> Field:
    """A field that is a number column, unknown where that is NULL."""
    return Field(name, "number", help, example, number(column, unit, null(column)), null(column), aliases=aliases)


_FIELDS = (
    Field("name", "text", "Name of the function; `*` stands for any text.", "name:check*", how.indexed_text("name")),
    Field("id", "text", "The cloud's own id (ARN, resource name, resource id), or ours.", "id:*:function:checkout",
          text("native_id", "uid"), aliases=("uid",)),
    Field("provider", "text", "Cloud: aws, gcp or azure.", "provider:aws", provider("provider"), suggests="provider"),
    Field("account", "text", "Account, project or subscription: name, id, or the group it belongs to.",
          'account:"prod pay"', how.account, suggests="account__name"),
    Field("group", "text", "Group of accounts.", "group:shop", how.group, suggests="account__group__name"),
    column("region", "region", "Region or location.", "region:eu-west-1,eu-central-1", suggests=True, unknown=False),
    Field("runtime", "text", "Runtime, a family of runtimes, `eol` (support has ended), `eol<90d` (ends within "
          "90 days) or `supported`.", "runtime:eol", how.runtime, null("runtime"), ("eol", "eol<90d", "supported"),
          "runtime"),
    column("kind", "kind", "The cloud's own kind of function.", "kind:web*", suggests=True, unknown=False),
    Field("state", "text", "State: active, pending, stopped, failed, deleting, or the cloud's own word for it.",
          "state:failed", how.state, null("state"), values=tuple(ONE_STATE)),
    column("package", "package", "How the code is packed: Zip or Image.", "package:image", suggests=True),
    Field("arch", "text", "Processor architecture.", "arch:arm64", text("architecture", unknown=null("architecture")),
          null("architecture"), suggests="architecture", aliases=("architecture",)),
    amount("memory", "memory_mb", "MiB", "Memory in MiB.", "memory:>=1024"),
    amount("timeout", "timeout_s", "s", "Longest run, in seconds.", "timeout:>5m"),
    Field("concurrency", "number", "Reserved concurrency.", "concurrency:0",
          number("concurrency", "", unread("concurrency")), unread("concurrency")),
    amount("code-size", "code_size", "B", "Size of the code.", "code-size:>50MB"),
    Field("identity", "text", "Role, service account or managed identity it runs as: name or id; `none`.",
          "identity:janitor-admin", how.identity, unread("identity"), aliases=("role",)),
    Field("shared", "number", "How many functions run as the same identity.", "shared:>1", how.shared,
          unread("identity")),
    Field("policy", "text", "A policy of its identity, by name or id.", "policy:AdministratorAccess", how.policy),
    Field("can", "action", "Its identity may do this action, or may if a condition holds; what denies, boundaries and "
          "the organisation's policies refuse is left out. `on:` names the resource.",
          'can:s3:DeleteObject on:arn:aws:s3:::acme-*', how.can_do,
          follow="on"),
    Field("privilege", "choice", "Summary level of what its identity may do.", "privilege:admin",
          ladder("posture__privilege", PRIVILEGE, {}, judged_unknown("privilege")), judged_unknown("privilege"),
          (*reversed(PRIVILEGE), "unknown"), "posture__privilege"),
    Field("power", "text", "A class of power its identity holds.", "power:secrets-read", how.power,
          judged_unknown("privilege"), POWERS),
    Field("wildcard", "choice", "Its identity is granted by wildcards: `actions` (any `*` in an action), `service` (a "
          "whole service), `resources` (every resource, or a whole project or subscription).", "wildcard:service",
          grants.wildcard("identity_id", can.unknown), can.unknown(), grants.WILDCARDS),
    Field("escalation", "text", "A path to more rights that its identity holds: any, confirmed, potential, or its "
          "name.",
          "escalation:confirmed", grants.escalation("identity_id", judged_unknown("privilege")),
          judged_unknown("privilege"), grants.ESCALATIONS),
    Field("exposure", "choice", "Who may invoke it, on the ladder.", "exposure:public",
          ladder("posture__invoke", EXPOSURE, EXPOSURE_GROUPS, judged_unknown("invoke")), judged_unknown("invoke"),
          EXPOSURE_WORDS, "posture__invoke"),
    Field("deploy", "choice", "Who may change its code or settings, on the ladder.", "deploy:>=external",
          ladder("posture__deploy", EXPOSURE, EXPOSURE_GROUPS, judged_unknown("deploy")), judged_unknown("deploy"),
          EXPOSURE_WORDS, "posture__deploy"),
    Field("worst", "choice", "Severity of its gravest open finding; `none`: nothing is open.", "worst:>=high",
          ladder("posture__worst", SEVERITY, {}, UNASKED), UNASKED, (*reversed(SEVERITY), "unknown"), "posture__worst"),
    Field("reach", "choice", "From where the network lets callers come: internet, restricted, private.",
          "reach:internet", text("posture__reach", unknown=judged_unknown("reach")), judged_unknown("reach"),
          ("internet", "restricted", "private", "unknown"), "posture__reach", aliases=("ingress",)),
    Field("invoker", "text", "Who may invoke: public, external, a kind of principal, or the principal.",
          "invoker:external", how.invoker, unread("access"), ("public", "external")),
    Field("principal", "text", "A principal that its policies name, for anything.", "principal:*:root", how.principal,
          unread("access")),
    Field("deployer", "text", "Who may change its code, settings or policy: public, external, a kind of principal, or "
          "the principal.", "deployer:external", exposure_matches.deployer, unread("access"), ("public", "external")),
    Field("external", "text", "A party outside the zone of trust may invoke or change it: any, known, unknown, "
          "trusted, untrusted, or its account, project, domain or tenant.", "external:untrusted",
          exposure_matches.external, values=exposure_matches.EXTERNAL),
    Field("via", "text", "What lets somebody in: the kind of policy, where it stands, or the kind of an address.",
          'via:"resource policy"', exposure_matches.via, unread("access", "entry_points")),
    Field("latent", "choice", "Whether more is granted than gets through at present: the path is closed.", "latent:yes",
          exposure_matches.latent, judged_unknown("invoke"), exposure_matches.YES_NO),
    Field("url", "text", "Own web address and who is asked to sign in: none, any, no, or the cloud's word.", "url:none",
          how.url, null("has_url"), ("none", "any", "no")),
    Field("trigger", "text", "What starts it: the kind, the source, or none.", "trigger:sqs", how.trigger,
          null("trigger_count"), ("none",), "triggers__kind"),
    Field("network", "text", "Private network: none, any, or its id.", "network:none", how.network,
          null("network_attached"), ("none", "any"), aliases=("vpc",)),
    Field("egress", "choice", "Where it can send to; `any` is the open internet.", "egress:any", how.egress,
          judged_unknown("egress"), ("any", "restricted", "private", "none", "unknown"), "posture__egress"),
    column("key", "key", "Encryption key of its own.", "key:*alias/pay*"),
    amount("log-retention", "log_retention_days", "d", "Days its logs are kept.", "log-retention:<30d"),
    Field("env", "text", "Name of an environment variable (values are never kept).", "env:DB_PASSWORD",
          how.one_line("variables"), null("variables"), aliases=("variable",)),
    Field("layer", "text", "A layer it uses.", "layer:*datadog*", how.one_line("layers"), null("layers")),
    Field("tag", "text", "Tag or label: `tag.KEY:value`, `tag.KEY:*`, or `tag:KEY`.", "tag.env:prod", how.tag,
          unread("tags"), suggests="tags__key", keyed=True),
    Field("has", "choice", "It has …", "has:url", has, values=tuple(PARTS)),
    Field("is", "choice", "It is …", "is:stale", is_, values=STATES),
    Field("changed", "time", "When its configuration last changed.", "changed:<7d", moment("changed_at")),
    Field("first-seen", "time", "When it was first seen.", "first-seen:2026-11-01..2026-11-20", moment("first_seen")),
    Field("invoked", "time", "The last day on which it was called, as the cloud's metrics tell; `never`: not within "
          "the days looked at, `unknown`: the metrics were not read.", "invoked:<30d", how.invoked, how.NO_METRICS,
          ("never", "unknown")),
    amount("unused", "use__unused_days", "d", "Days without a call, as the metrics told last; at least so many where "
           "none was found.", "unused:>=90d"),
    Field("gone", "time", "When it was found gone (with is:gone).", "is:gone gone:<30d", moment("gone_at")),
    Field("seen", "time", "When its scope was last read completely, or it was seen in an incomplete reading.",
          "seen:>2d", moment("resource__scope__complete_at", null("resource__scope__complete_at"))),
    Field("unread", "text", "A part that could not be read.", "unread:access", how.unread_section,
          values=tuple(str(section) for section in Section)),
    Field("unknown", "choice", "A field that is not known.", "unknown:runtime", unknown_field),
)  # fmt: skip

FUNCTION_FIELDS = by_name(_FIELDS)
