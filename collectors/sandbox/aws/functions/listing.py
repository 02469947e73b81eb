"""Functions, versions, aliases, tags and the account's limits."""

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.aws.functions.configuration import Wire, configuration, full_configuration
from collectors.sandbox.aws.functions.finding import named, version_of
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import VIRGINIA
from collectors.sandbox.estate.aws.function import Function, Version
from collectors.sandbox.estate.names import uuid

PAGE = 50
"""ListFunctions never gives more, whatever MaxItems says."""
CONCURRENCY = 1000


def list_functions(asked: Asked) -> Wire:
    entries: list[tuple[Function, Version | None]] = []
    for function in _visible(asked):
        entries.append((function, None))
        if asked.text("FunctionVersion") == "ALL":
            entries += [(function, version) for version in function.versions]
    page, following = asked.page(entries, "Marker", "MaxItems", PAGE, PAGE)
    return {"Functions": [configuration(asked.state, *entry) for entry in page], "NextMarker": following}


def _visible(asked: Asked) -> list[Function]:
    """The functions of the region; with MasterRegion those that CloudFront copied here from that region."""
    master = asked.text("MasterRegion")
    if not master:
        return asked.state.functions(asked.account, asked.region)
    if asked.region == VIRGINIA or master not in ("ALL", VIRGINIA):
        return []
    return [function for function in asked.state.functions(asked.account, VIRGINIA) if function.edge]


def get_function_configuration(asked: Asked) -> Wire:
    function, qualifier = named(asked)
    return full_configuration(asked.state, function, version_of(function, qualifier))


def get_function(asked: Asked) -> Wire:
    function, _ = named(asked)
    raise Refused(
        f"User is not authorized to perform: lambda:GetFunction on resource: {function.arn} with an explicit deny",
        "denied",
    )


def list_versions(asked: Asked) -> Wire:
    function, _ = named(asked)
    page, following = asked.page([None, *function.versions], "Marker", "MaxItems", PAGE, PAGE)
    return {
        "Versions": [configuration(asked.state, function, version) for version in page],
        "NextMarker": following,
    }


def list_aliases(asked: Asked) -> Wire:
    function, _ = named(asked)
    wanted = asked.text("FunctionVersion")
    aliases = [alias for alias in function.aliases if wanted in ("", alias.version)]
    page, following = asked.page(aliases, "Marker", "MaxItems", PAGE, 10_000)
    answers = []
    for alias in page:
        answer: Wire = {
            "AliasArn": function.qualified(alias.name),
            "Name": alias.name,
            "FunctionVersion": alias.version,
            "Description": alias.description,
            "RevisionId": uuid("alias", function.arn, alias.name, alias.version),
        }
        if alias.weights:
            answer["RoutingConfig"] = {"AdditionalVersionWeights": dict(alias.weights)}
        answers.append(answer)
    return {"Aliases": answers, "NextMarker": following}


def list_tags(asked: Asked) -> Wire:
    function, _ = named(asked, "Resource")
    return {"Tags": {name: function.tags[name] for name in asked.state.in_turn(sorted(function.tags))}}


def get_account_settings(asked: Asked) -> Wire:
    functions = asked.state.functions(asked.account, asked.region)
    reserved = sum(function.reserved or 0 for function in functions)
    return {
        "AccountLimit": {
            "TotalCodeSize": 80_530_636_800,
            "CodeSizeUnzipped": 262_144_000,
            "CodeSizeZipped": 52_428_800,
            "ConcurrentExecutions": CONCURRENCY,
            "UnreservedConcurrentExecutions": max(100, CONCURRENCY - reserved),
        },
        "AccountUsage": {"TotalCodeSize": 1_200_000 * len(functions), "FunctionCount": len(functions)},
    }
