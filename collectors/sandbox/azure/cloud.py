"""Azure as the sandbox plays it: Resource Manager, Resource Graph and Microsoft Graph on one address."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from collectors.sandbox.azure import authorization, directory, graph, management, metrics, stacks
from collectors.sandbox.azure.documents import documents
from collectors.sandbox.azure.words import BROKEN, EXPIRED, THROTTLED, Refused, denied, missing
from collectors.sandbox.estate import EstateDay
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import BY_ID, LEGAL, SUBSCRIPTIONS
from collectors.sandbox.rest import Wire, answered, body_of, page, queried
from collectors.sandbox.wire import Answer, Call, RefusalKind, Request

log = logging.getLogger(__name__)

PAGE = 25
_MANAGER, _GRAPH = ("/subscriptions", "/providers/"), "/v1.0/"
_GROUPS = "/providers/microsoft.management/managementgroups"
_LOG = "microsoft.insights/eventtypes/management/values"
_METRICS = "microsoft.insights/metrics"


@dataclass(frozen=True)
class HeardByAzure:
    """A request with what it asks for; `path` is decoded and in lower case."""

    call: Call
    request: Request
    path: str
    state: AzureState

    def answer(self) -> Answer:
        try:
            return answered(200, self._answered(), {"x-ms-ratelimit-remaining-subscription-reads": "11999"})
        except Refused as refused:
            return refused.answer()

    def refusal(self, kind: RefusalKind) -> Answer:
        match kind:
            case "throttle":
                return THROTTLED.answer()
            case "error500":
                return BROKEN.answer()
            case "expired":
                return EXPIRED.answer()
            case "denied":
                return self._denied().answer()

    def _denied(self) -> Refused:
        kinds = self.call.operation.rpartition(".")[0]
        verb = "action" if self.request.method == "POST" and "graph" not in self.path else "read"
        return denied(f"{self.call.service}/{kinds}/{verb}", self.path)

    def _asked(self, name: str) -> str:
        return queried(self.request).get(name, [""])[0]

    def _answered(self) -> Wire:
        if self.path.startswith(_GRAPH):
            return self._paged(directory.answer(self.state, self.path, self._asked("$filter")))
        if not self._asked("api-version"):
            said = "The api-version query parameter (?api-version=) is required for all requests."
            raise Refused(400, "MissingApiVersionParameter", said)
        if self.path == "/providers/microsoft.resourcegraph/resources":
            return self._queried()
        if self.request.method == "POST":
            return self._settings()
        if self.request.method != "GET":
            raise Refused(405, "MethodNotAllowed", "The sandbox is read only.")
        found = self._found()
        return self._paged(found) if isinstance(found, list) else found

    def _queried(self) -> Wire:
        try:
            body = body_of(self.request)
        except ValueError as error:
            raise Refused(400, "InvalidRequestContent", f"The request content was invalid: {error}") from error
        return graph.ask(self.state, body)

    def _settings(self) -> Wire:
        found = documents(self.state).settings.get(self.path)
        if found is None:
            raise missing(self.path)
        return found

    def _found(self) -> Wire | list[Wire]:
        """An object or a list. Raises Refused."""
        if self.path == "/subscriptions":
            return [management.subscription(one) for one in SUBSCRIPTIONS]
        if self.path == "/providers/microsoft.web/functionappstacks":
            return stacks.stacks()
        if self.path.startswith(_GROUPS) and "/providers/" not in self.path[len(_GROUPS) :]:
            return management.groups(unquote(self.request.path)[len(_GROUPS) :])
        self._check_subscription()
        scope, _, tail = self.path.rpartition("/providers/")
        if tail.startswith("microsoft.authorization/"):
            return self._authorization(scope or "/", tail.partition("/")[2])
        if tail == _LOG:
            return management.activity(self.state, scope.split("/")[2], self._asked("$filter"), self._asked("$select"))
        if tail == _METRICS:
            return metrics.metrics(self.state, scope, self._asked)
        return self._document()

    def _check_subscription(self) -> None:
        parts = self.path.split("/")
        if parts[1] != "subscriptions":
            return
        if len(parts) > 2 and parts[2] not in BY_ID:
            raise Refused(404, "SubscriptionNotFound", f"The subscription '{parts[2]}' could not be found.")
        if parts[2] == LEGAL and "/providers/microsoft.web/" in self.path + "/":
            raise self._denied()

    def _authorization(self, scope: str, tail: str) -> list[Wire] | Wire:
        kind, _, name = tail.partition("/")
        read = authorization.LISTS.get(kind)
        if read is None:
            raise missing(self.path)
        if not name:
            return read(self.state, scope, self._asked("$filter"))
        for one in read(self.state, scope, ""):
            if one["name"].lower() == name:
                return one
        raise missing(self.path)

    def _document(self) -> Wire | list[Wire]:
        known = documents(self.state)
        if self.path in known.refusals:
            raise known.refusals[self.path]
        listed = known.list_of(self.path)
        if listed is not None:
            return listed
        parts = self.path.split("/")
        found = management.subscription(BY_ID[parts[2]]) if len(parts) == 3 else known.objects.get(self.path)
        if found is None:
            log.warning("Azure has nothing at: %s %s", self.request.method, self.path)
            raise missing(self.path)
        return found

    def _paged(self, things: Sequence[Wire]) -> Wire:
        query = queried(self.request)
        size = self._asked("$top")
        try:
            here, following = page(things, self._asked("$skiptoken"), int(size) if size.isdigit() else PAGE)
        except ValueError as error:
            raise Refused(400, "InvalidSkipToken", "The skip token is not valid.") from error
        if not following:
            return {"value": here}
        kept = {name: values[0] for name, values in query.items() if name != "$skiptoken"} | {"$skiptoken": following}
        address = f"http://{self.request.headers.get('host', '')}{self.request.path}"
        link = f"{address}?{urlencode(kept, quote_via=quote)}"
        return {"value": here, "@odata.nextLink" if self.path.startswith(_GRAPH) else "nextLink": link}


class AzureCloud:
    """Requests for subscriptions, providers and Microsoft Graph's v1.0 are ours; tokens are not checked."""

    def claims(self, request: Request) -> bool:
        path = request.path.lower()
        return path == "/subscriptions" or path.startswith((*(f"{one}/" for one in _MANAGER), "/providers/", _GRAPH))

    def hear(self, request: Request, today: EstateDay) -> HeardByAzure:
        written = "/" + "/".join(part for part in unquote(request.path).split("/") if part)
        return HeardByAzure(_call(request.method, written), request, written.lower(), today.azure)


def _call(method: str, path: str) -> Call:
    """`Microsoft.Web:sites/functions.list`, and the subscription as the account."""
    parts = path.split("/")
    account = parts[2].lower() if parts[1].lower() == "subscriptions" and len(parts) > 2 else ""
    service, kinds, whole = _kinds(path)
    verb = "post" if method == "POST" else "list" if whole else "get"
    return Call(service, f"{kinds}.{verb}", "", account)


def _kinds(path: str) -> tuple[str, str, bool]:
    """Resource provider, kinds of the path, and whether it names a list."""
    if path.lower().startswith(_GRAPH):
        parts = path.split("/")[2:]
        return "Microsoft.Graph", "/".join(parts[::2]), len(parts) % 2 == 1
    head, found, tail = path.rpartition("/providers/")
    if not found:
        parts = head.split("/")[1:] or tail.split("/")[1:]
        return "Microsoft.Resources", "/".join(parts[::2]), len(parts) % 2 == 1
    service, *parts = tail.split("/")
    if "config" in parts:
        place = parts.index("config")
        return service, "/".join([*parts[:place:2], *parts[place:]]), False
    return service, "/".join(parts[::2]), len(parts) % 2 == 1
