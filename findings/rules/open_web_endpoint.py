"""A web function's endpoint leaves sign-in to the code."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._routes import leading, open_routes
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from open_routes(seen, "web endpoint")


RULE = Rule(
    id="open_web_endpoint",
    title="A web endpoint leaves sign-in to the code",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="AWS checks nothing before the code runs: any gap in the code's own check is open to the internet.",
    checks={"aws": Check(look, needs=("entry_points",))},
    fix={
        "aws": Fix(
            console="Lambda, Web functions, the function, Endpoints, the endpoint, Edit: authentication by IAM; or put "
            "something that signs callers in before it.",
        )
    },
    fails=(leading("web endpoint", "ApplicationManaged"),),
    passes=(leading("web endpoint", "IamAuth"),),
    catalogue=("EXP-10",),
)
