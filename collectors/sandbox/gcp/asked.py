"""A question to a Google API, and what it is asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from collectors.sandbox.estate.gcp.organisation import BY_NAME, LEGAL, UNREACHABLE, Project
from collectors.sandbox.estate.gcp.state import GcpState
from collectors.sandbox.gcp.words import Refused, denied, disabled, unreachable
from collectors.sandbox.rest import Wire, page

T = TypeVar("T")
EVERYWHERE = "-"


@dataclass(frozen=True)
class Asked:
    """`places` are those of the path, `query` and `body` what else was said; the token of a page may be in either."""

    state: GcpState
    service: str
    permission: str
    places: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A parameter of the query or the body, empty when it was not given."""
        given = self.query.get(name, [""])[0] or self.body.get(name, "")
        return str(given)

    def number(self, name: str, default: int) -> int:
        text = self.text(name)
        if not text.isdigit():
            if text:
                raise Refused(400, f"{name} must be a number")
            return default
        return int(text)

    def page(self, key: str, things: Sequence[T], default: int = 500, most: int = 1000) -> dict[str, Any]:
        """A page under `key` (left out when it is empty, as Google does) and the token of the next."""
        wanted = self.number("pageSize", 0) or default
        try:
            here, following = page(things, self.text("pageToken"), min(wanted, most))
        except ValueError as error:
            raise Refused(400, "Request contains an invalid argument: page token.") from error
        return ({key: here} if here else {}) | ({"nextPageToken": following} if following else {})

    @property
    def project(self) -> Project:
        """The project asked about, by id or number. Raises Refused: Google does not tell strangers what exists."""
        found = BY_NAME.get(self.places["project"])
        if found is None:
            raise denied(self.permission, f"projects/{self.places['project']}")
        if f"{self.service}.googleapis.com" in found.disabled:
            raise disabled(f"{self.service}.googleapis.com", found.number)
        return found

    @property
    def location(self) -> str:
        """The location asked about, or `-`. Raises Refused for one that does not answer."""
        project, location = self.project, self.places["location"]
        if (project.id, location) in UNREACHABLE:
            raise unreachable(location)
        return location

    def unreachable(self) -> dict[str, list[str]]:
        """What a list over all locations says of those that did not answer."""
        named = [place for project, place in sorted(UNREACHABLE) if project == self.project.id]
        return {"unreachable": named} if named and self.location == EVERYWHERE else {}

    def here(self, project: Project, location: str) -> bool:
        """Whether something at this location is answered."""
        return self.location in (EVERYWHERE, location) and (project.id, location) not in UNREACHABLE

    def may_read_policies(self, project: Project, resource: str) -> None:
        if project.id == LEGAL:
            raise denied(self.permission, resource)

    @property
    def policy_version(self) -> int:
        """The version of policies asked for: in the query, or in the options of a body."""
        options = self.body.get("options")
        inside = options.get("requestedPolicyVersion", 0) if isinstance(options, Mapping) else 0
        return self.number("options.requestedPolicyVersion", 0) or int(inside or 0)


def answer_of(**parts: Any) -> Wire:
    """A JSON object without what is empty, as Google writes it."""
    return {name: value for name, value in parts.items() if value not in (None, "", {}, [], ())}
