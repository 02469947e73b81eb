"""Everything Resource Manager would answer on one day, by path in lower case: built once a day, then looked up."""

from collections.abc import Iterable

from collectors.sandbox.azure import fronts, sites, surroundings
from collectors.sandbox.azure.words import Refused
from collectors.sandbox.estate.azure.access import USER_IDENTITIES
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import SUBSCRIPTIONS
from collectors.sandbox.rest import Wire

TOP_TYPES = frozenset(
    {
        "microsoft.web/sites",
        "microsoft.web/serverfarms",
        "microsoft.web/certificates",
        "microsoft.managedidentity/userassignedidentities",
        "microsoft.storage/storageaccounts",
        "microsoft.network/virtualnetworks",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/routetables",
        "microsoft.cdn/profiles",
        "microsoft.network/frontdoors",
        "microsoft.network/applicationgateways",
        "microsoft.network/frontdoorwebapplicationfirewallpolicies",
        "microsoft.network/applicationgatewaywebapplicationfirewallpolicies",
    }
)


class Documents:
    """`objects` and `lists` by path; `refusals` are paths that fail, as those of an app whose host is down."""

    def __init__(self, state: AzureState) -> None:
        self.objects: dict[str, Wire] = {}
        self.lists: dict[str, list[Wire]] = {}
        self.refusals: dict[str, Refused] = {}
        self.settings: dict[str, Wire] = {}
        for one in SUBSCRIPTIONS:
            self._fill(state, one.id)

    def _fill(self, state: AzureState, subscription: str) -> None:
        for thing in surroundings.around(state, subscription):
            self._add(thing)
            for inside in thing["properties"].get("subnets", ()):
                self._add(inside)
        for identity in USER_IDENTITIES:
            if identity.subscription == subscription:
                self._list(f"{identity.id}/federatedIdentityCredentials", surroundings.federated(identity))
        for path, things in fronts.inside(fronts.PROFILE).items() if fronts.PROFILE.lower() in self.objects else ():
            self._list(f"{fronts.PROFILE}/{path}", things)
        for app in state.sites(subscription):
            self._add(sites.site(state, app))
            self._hang(app)
        self._list(f"/subscriptions/{subscription}/resourceGroups", surroundings.groups(state, subscription))

    def _add(self, thing: Wire) -> None:
        """A resource, in the list it is a part of and, for one of a resource group, in that of the subscription."""
        path = thing["id"].lower()
        self.objects[path] = thing
        parent = path.rpartition("/")[0]
        self.lists.setdefault(parent, []).append(thing)
        _, _, tail = parent.rpartition("/providers/")
        if tail.count("/") == 1:
            self.lists.setdefault("/".join(parent.split("/")[:3]) + f"/providers/{tail}", []).append(thing)

    def _hang(self, app: App) -> None:
        for path, what in sites.below(app):
            whole = f"{app.id}/{path}"
            if isinstance(what, list):
                self._list(whole, what)
                self.objects.update({one["id"].lower(): one for one in what})
            else:
                self.objects[whole.lower()] = what
        if not app.slot:
            self.lists.setdefault(f"{app.id}/slots".lower(), [])
        if app.listing != "listed":
            self.refusals[f"{app.id}/functions".lower()] = _down(app)
        self.settings[f"{app.id}/config/appsettings/list".lower()] = sites.settings(app)

    def _list(self, path: str, things: Iterable[Wire]) -> None:
        self.lists[path.lower()] = list(things)

    def list_of(self, path: str) -> list[Wire] | None:
        """The list at a path; an empty one where there could be something, None where there is no such list."""
        if path in self.lists:
            return self.lists[path]
        scope, _, tail = path.rpartition("/providers/")
        return [] if tail in TOP_TYPES and scope.startswith("/subscriptions/") else None


def _down(app: App) -> Refused:
    if app.listing == "missing":
        return Refused(404, "NotFound", f"Cannot find functions of the stopped site {app.name}.")
    said = "Encountered an error (InternalServerError) from host runtime."
    return Refused(500, "InternalServerError", said)


def documents(state: AzureState) -> Documents:
    return state.remember("documents", lambda: Documents(state))
