"""Who may call a function of an Azure Function App, and from where.

Azure has no "invoke" permission: a call needs an anonymous authLevel, a key, or an Easy Auth token, and a network path
(learn.microsoft.com/azure/azure-functions/function-keys-how-to, /functions-bindings-http-webhook-trigger).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from findings.access.azure.easy_auth import EasyAuth, past
from findings.access.azure.network import IpRule, reach
from findings.access.decision import Effect, Reason
from findings.access.ladder import Exposure
from findings.access.surface import Reach, Surface, Way

OFF = EasyAuth()


@dataclass(frozen=True, slots=True)
class Site:
    """The settings of the Function App (or slot) that bear on calls; None is "not read".

    public_network_access, ip_default_action: "" when not set. own_tenants: tenant ids in the zone of trust.
    """

    state: str | None = "Running"
    enabled: bool | None = True
    easy_auth: EasyAuth | None = OFF
    public_network_access: str | None = ""
    private_endpoint: bool | None = False
    ip_rules: tuple[IpRule, ...] | None = ()
    ip_default_action: str = ""
    internal_environment: bool = False
    own_tenants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Trigger:
    """How one function of the app is started.

    kind: the trigger binding's type. auth_level: "" when omitted (it then is `function`), None when not read. path: the
    HTTP route with its prefix (`/api/open`), "" when not known.
    """

    kind: str
    auth_level: str | None = ""
    path: str = ""
    disabled: bool = False


def public_access(trigger: Trigger, site: Site) -> Surface:
    """Every way to call the function with its rung, the network's reach, and why it is closed if it is.

    An anonymous caller from the internet gets through exactly when the level is public_anonymous, the reach is internet
    and nothing is latent.
    """
    ways = tuple(sorted(_ways(trigger, site), key=lambda way: way.level.rung, reverse=True))
    return Surface(ways, _reach(site), tuple(_latent(trigger, site)))


def app_access(triggers: Iterable[Trigger], site: Site) -> Surface:
    """The same for a whole app: the ways into any function that can be started; latent when none can."""
    surfaces = [public_access(trigger, site) for trigger in triggers]
    started = [surface for surface in surfaces if not surface.latent]
    ways = {way: None for surface in started or surfaces for way in surface.ways}
    closed = {reason: None for surface in surfaces for reason in surface.latent}
    return Surface(tuple(ways), _reach(site), () if started else tuple(closed))


def _ways(trigger: Trigger, site: Site) -> Iterator[Way]:
    level = "function" if trigger.auth_level == "" else trigger.auth_level
    if trigger.kind.lower() != "httptrigger":
        yield _key("the master key", f"{trigger.kind} started through /admin/functions")
        return
    if level is not None and level.lower() in ("function", "system", "user"):
        yield _key("a function or host key", f"authLevel {level}")
    elif level is not None and level.lower() == "admin":
        yield _key("the master key", "authLevel admin")
    elif level is not None and level.lower() == "anonymous":
        yield from _past_sign_in(trigger, site)
    else:
        says = "authLevel was not read" if level is None else f"authLevel {level}"
        yield Way(
            Exposure.PUBLIC_ANONYMOUS, "anyone", Reason(Effect.ALLOW, "authLevel", says, "what it asks for"), False
        )


def _past_sign_in(trigger: Trigger, site: Site) -> Iterator[Way]:
    if site.easy_auth is None:
        reason = Reason(Effect.ALLOW, "authLevel", "authLevel anonymous", "Easy Auth settings were not read")
        yield Way(Exposure.PUBLIC_ANONYMOUS, "anyone", reason, False)
        return
    for way in past(site.easy_auth, trigger.path, site.own_tenants):
        reason = Reason(
            Effect.ALLOW, way.reason.source, f"authLevel anonymous; {way.reason.says}", way.reason.condition
        )
        yield Way(way.level, way.who, reason, way.certain)


def _key(which: str, says: str) -> Way:
    """A key is read with a listkeys action, so it stands for principals of the subscription."""
    return Way(Exposure.SAME_ACCOUNT, f"holders of {which}", Reason(Effect.ALLOW, "authLevel", says))


def _reach(site: Site) -> Reach:
    return reach(
        site.public_network_access,
        site.private_endpoint,
        site.ip_rules,
        site.ip_default_action,
        site.internal_environment,
    )


def _latent(trigger: Trigger, site: Site) -> Iterator[str]:
    if trigger.disabled:
        yield "the function is disabled"
    if site.enabled is False:
        yield "the app is disabled"
    if site.state and site.state.lower() != "running":
        yield f"the app is {site.state.lower()}"
