"""Who may do what to a function: its own policy, that of the Cloud Run service under it, and all it inherits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.gcp.normalize.seen import Seen
from collectors.providers.gcp.shape import objects as loosely
from collectors.shapes import LASTING, Reading, mapping, objects, said, text, texts
from inventory.facts import Binding, Section

Json = Any

#: Where a binding stands → what `via` says.
_LEVELS = {"projects": "project policy", "folders": "folder policy", "organizations": "organisation policy"}
#: Deny policies have names of their own for permissions; these bear on functions.
_ON_FUNCTIONS = ("cloudfunctions.googleapis.com/", "run.googleapis.com/", "cloudresourcemanager.googleapis.com/")
OWN = {"function": "function policy", "service": "Cloud Run service policy"}
_KINDS = {
    "allUsers": "public", "allAuthenticatedUsers": "authenticated", "user": "user", "group": "group",
    "serviceAccount": "service account", "domain": "domain", "deleted": "deleted", "principal": "federated",
    "principalSet": "federated", "projectOwner": "project role", "projectEditor": "project role",
    "projectViewer": "project role",
}  # fmt: skip


def read(reading: Reading, one: Seen) -> tuple[Binding, ...] | None:
    """Tell `access` and `organisation`; returns every binding in effect, None when a part failed that may yet be read.

    `access`: {policies: [{on, of, bindings}], inherited: [names from the project up], invoker_iam_disabled, iap}.
    `organisation` marks what is inherited: its policies stand with the project, folders and organisation themselves.
    Without the project's own policy `access` is told as far as known, and marked.
    """
    above = mapping(one.raw.get("inherited"), "inherited")
    own = mapping(one.raw.get("policies"), "policies")
    gaps = loosely(above.get("gaps"))
    of_project = [gap["why"] for gap in gaps if is_own_policy(gap)]
    of_others = [gap["why"] for gap in gaps if not is_own_policy(gap)]
    reading.section(
        Section.ACCESS,
        lambda *_: _access(one, own, above),
        *own.values(),
        beside=[one.refused_service, *of_project],
    )
    levels = {"inherits": list(above.get("levels") or ())}
    reading.section(Section.ORGANISATION, lambda *_: levels, beside=of_others)
    missing = [why for part in (Section.ACCESS, Section.ORGANISATION) if (why := reading.unread.get(part))]
    if any(why.error_class not in LASTING for why in missing) or Section.ACCESS not in reading.sections:
        return None
    return tuple(_bindings(one, own, above))


def is_own_policy(gap: Mapping[str, Json]) -> bool:
    """Whether what could not be read is the allow policy of the project, from which most is inherited."""
    return str(gap.get("on")).startswith("projects/") and gap.get("part") == "policy"


def _access(one: Seen, own: Mapping[str, Json], above: Mapping[str, Json]) -> Json:
    told: dict[str, Json] = {
        "policies": [
            {"on": _on(one, of), "of": of, "bindings": bindings_of(policy)} for of, policy in sorted(own.items())
        ],
        "inherited": list(above.get("levels") or ()),
    }
    if one.service:
        told["invoker_iam_disabled"] = bool(one.service.get("invokerIamDisabled"))
        told["iap"] = bool(one.service.get("iapEnabled"))
    return told


def _on(one: Seen, of: str) -> str:
    return one.service_name if of == "service" else one.name


def bindings_of(policy: Json) -> list[Json]:
    """The bindings of an allow policy, without the mark that changes with every write."""
    return [
        said(
            role=text(binding, "role"),
            members=sorted(texts(binding.get("members"), "members")),
            condition=condition_of(binding),
        )
        for binding in objects(mapping(policy, "The policy").get("bindings"), "bindings")
    ]


def condition_of(binding: Mapping[str, Json]) -> dict[str, str]:
    """A condition: {expression, title, description}; empty when there is none."""
    told = mapping(binding.get("condition"), "condition")
    return said(expression=text(told, "expression"), title=text(told, "title"), description=text(told, "description"))


def _bindings(one: Seen, own: Mapping[str, Json], above: Mapping[str, Json]) -> Iterator[Binding]:
    for of, policy in own.items():
        for binding in bindings_of(policy):
            yield from _of(binding, OWN[of], _on(one, of), of)
    if one.service.get("invokerIamDisabled"):
        yield Binding(
            "allUsers", "public", ("run.routes.invoke",), "invoker check switched off", "service",
            source=one.service_name,
        )  # fmt: skip
    for binding in objects(above.get("bindings"), "The inherited bindings"):
        on = text(binding, "on")
        kept = said(role=text(binding, "role"), members=texts(binding.get("members"), "members"),
                    condition=condition_of(binding))  # fmt: skip
        yield from _of(kept, _LEVELS.get(on.split("/")[0], "inherited policy"), on, "")
    for policy in objects(above.get("deny"), "The deny policies"):
        yield from _denied(policy)


def _of(binding: Mapping[str, Json], via: str, source: str, qualifier: str) -> Iterator[Binding]:
    """One binding for each member; `actions` is the role, whose permissions stand with the role itself."""
    for member in binding.get("members", ()):
        yield Binding(
            principal=member,
            principal_kind=kind_of(member),
            actions=(binding["role"],) if binding.get("role") else (),
            via=via,
            qualifier=qualifier,
            condition=binding.get("condition", {}),
            source=source,
        )


def _denied(policy: Mapping[str, Json]) -> Iterator[Binding]:
    """What deny policies take away: principals, permissions, and (as the condition) for whom they do not hold."""
    for rule in objects(policy.get("rules"), "rules"):
        denied = mapping(rule.get("denyRule"), "denyRule")
        condition = said(
            expression=text(mapping(denied.get("denialCondition"), "denialCondition"), "expression"),
            except_principals=sorted(texts(denied.get("exceptionPrincipals"), "exceptionPrincipals")),
            except_permissions=sorted(texts(denied.get("exceptionPermissions"), "exceptionPermissions")),
        )
        actions = tuple(sorted(texts(denied.get("deniedPermissions"), "deniedPermissions")))
        if not any(action.startswith(_ON_FUNCTIONS) or action.startswith("*") for action in actions):
            continue
        for principal in texts(denied.get("deniedPrincipals"), "deniedPrincipals"):
            yield Binding(
                principal, kind_of(principal), actions, "deny policy", "", "deny", condition, text(policy, "name")
            )


def kind_of(member: str) -> str:
    """Our word for a member of a policy."""
    if member == "principalSet://goog/public:all":
        return "public"
    return _KINDS.get(member.split(":")[0], "other")
