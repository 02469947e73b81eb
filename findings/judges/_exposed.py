"""The ways in from beyond those who are named in the function's own account, as the exposure page lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from findings.access.gcp.public import NOT_SAID
from findings.access.surface import Surface, Way
from findings.exposure import ActionClass, FunctionExposure
from findings.parties import Exposed, named_parties, tab_of


def of_bindings(exposure: FunctionExposure, home: str) -> tuple[Exposed, ...]:
    """AWS: `home` is the function's own account."""
    found = []
    for one in exposure.bindings:
        parties = named_parties(one.parties, [home])
        if not tab_of(one.level.value, one.kind, bool(parties)):
            continue
        found.append(
            Exposed(
                part="invoke" if one.action_class is ActionClass.INVOKE else "deploy",
                action=one.action_class.value,
                level=one.level.value,
                principal=one.principal,
                kind=one.kind,
                via=one.via,
                parties=parties,
                qualifier=one.qualifier,
                condition=one.condition,
                narrows={None: "", True: "yes", False: "no"}[one.narrows] if one.condition else "",
                latent=one.latent,
                certain=one.certain,
                reach=one.reach.value,
            )
        )
    return tuple(found)


def of_ways(
    ways: Iterable[tuple[ActionClass, Way]],
    kind_of: Callable[[Way], str],
    party_of: Callable[[Way], str],
    home: Sequence[str],
    surface: Surface | None = None,
) -> tuple[Exposed, ...]:
    """Google and Azure: each way with what it lets do; `home` are the names of the function's own project or tenants.

    A way without anybody in it stands for a policy that was not read: the function is unknown then, not exposed.
    """
    found = []
    for action, way in ways:
        kind, parties = kind_of(way), named_parties([party_of(way)], home)
        if not way.who or not tab_of(way.level.value, kind, bool(parties)):
            continue
        invoking = action is ActionClass.INVOKE
        found.append(
            Exposed(
                part="invoke" if invoking else "deploy",
                action=action.value,
                level=way.level.value,
                principal=way.who,
                kind=kind,
                via=f"{way.reason.source}: {way.reason.says}",
                parties=parties,
                condition=way.reason.condition,
                # A doubt of ours is no condition of the cloud's; those that are, are not decided here.
                narrows="unknown" if way.reason.condition and way.reason.condition != NOT_SAID else "",
                latent="; ".join(surface.latent) if surface and invoking else "",
                certain=way.certain,
                reach=surface.reach.value if surface and invoking else "",
            )
        )
    return tuple(found)
