"""Google Cloud as the sandbox plays it: all its APIs on one address, told apart by their paths."""

import logging
import re
from dataclasses import dataclass

from collectors.sandbox.estate import EstateDay
from collectors.sandbox.estate.gcp.organisation import BY_NAME, LOCATIONS
from collectors.sandbox.gcp import (
    assets,
    functions,
    iam,
    logs,
    metrics,
    network,
    resourcemanager,
    run,
    triggers,
    usage,
)
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.words import BROKEN, EXPIRED, THROTTLED, Refused, denied
from collectors.sandbox.rest import Routes, answered, body_of, queried
from collectors.sandbox.wire import Answer, Call, RefusalKind, Request

log = logging.getLogger(__name__)

ROUTES: Routes[Asked] = Routes(
    (
        *functions.ROUTES,
        *run.ROUTES,
        *resourcemanager.ROUTES,
        *iam.ROUTES,
        *network.ROUTES,
        *triggers.ROUTES,
        *logs.ROUTES,
        *metrics.ROUTES,
        *assets.ROUTES,
        *usage.ROUTES,
        iam.ROLE_ROUTE,
    )
)
_PATHS = re.compile(r"^/(?:compute/)?v[123](?:alpha|beta)?\d*/")
_PROJECT = re.compile(r"projects/([^/:]+)")


@dataclass(frozen=True)
class HeardByGcp:
    """A request with the API it is for; `refused` where there is none, or it cannot be read."""

    call: Call
    permission: str
    asked: Asked | None
    refused: Refused | None = None

    def answer(self) -> Answer:
        try:
            return self._answered()
        except Refused as refused:
            return refused.answer()

    def _answered(self) -> Answer:
        if self.refused is not None:
            raise self.refused
        assert self.asked is not None
        route = _BY_OPERATION[self.call.service, self.call.operation]
        return answered(200, route.answer(self.asked))

    def refusal(self, kind: RefusalKind) -> Answer:
        match kind:
            case "throttle":
                return THROTTLED.answer()
            case "error500":
                return BROKEN.answer()
            case "expired":
                return EXPIRED.answer()
            case "denied":
                return denied(self.permission, f"projects/{self.call.account}").answer()


class GcpCloud:
    """Every request whose path begins with a version (or Compute Engine's prefix) is ours; tokens are not checked."""

    def claims(self, request: Request) -> bool:
        return _PATHS.match(request.path) is not None

    def hear(self, request: Request, today: EstateDay) -> HeardByGcp:
        route, places = ROUTES.find(request)
        if route is None:
            log.warning("Google call not served: %s %s", request.method, request.path)
            said = f"The requested URL {request.path} was not found on this server."
            return HeardByGcp(_call(request, "", request.path, places), "", None, Refused(404, said))
        call = _call(request, route.service, route.operation, places)
        try:
            asked = Asked(today.gcp, route.service, route.permission, places, queried(request), body_of(request))
        except ValueError as error:
            refused = Refused(400, f"Invalid JSON payload received. {error}")
            return HeardByGcp(call, route.permission, None, refused)
        return HeardByGcp(call, route.permission, asked)


def _call(request: Request, service: str, operation: str, places: dict[str, str]) -> Call:
    """The project by its id, whichever way it was named."""
    named = places.get("project") or _first(_PROJECT.search(request.path)) or ""
    project = BY_NAME.get(named)
    location = places.get("location", "")
    return Call(service, operation, location if location in LOCATIONS else "", project.id if project else named)


def _first(found: re.Match[str] | None) -> str:
    return found[1] if found else ""


_BY_OPERATION = {(route.service, route.operation): route for route in ROUTES.routes}
