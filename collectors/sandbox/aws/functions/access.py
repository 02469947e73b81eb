"""Who may call: resource policies and function URLs."""

import json
from collections.abc import Mapping, Sequence

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.aws.functions.configuration import Wire, stamp
from collectors.sandbox.aws.functions.finding import named, place_of
from collectors.sandbox.aws.protocol import missing
from collectors.sandbox.estate.aws.function import Function, Statement, Url
from collectors.sandbox.estate.names import hexadecimal, uuid


def document(arn: str, statements: Sequence[Statement]) -> str:
    """The policy on a resource, as Lambda keeps it."""
    completed: list[Mapping[str, object]] = [{**statement, "Resource": arn} for statement in statements]
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": completed}
    return json.dumps(policy, separators=(",", ":"))


def get_policy(asked: Asked) -> Wire:
    """GetPolicy and GetResourcePolicy: the same document, asked for by name or by ARN."""
    function, qualifier = named(asked, "ResourceArn" if "ResourceArn" in asked.params else "FunctionName")
    statements = function.policies.get(place_of(function, qualifier), ())
    if not statements:
        raise missing("No policy is associated with the given resource.")
    arn = function.qualified(qualifier)
    return {"Policy": document(arn, statements), "RevisionId": uuid("policy", arn, function.policy_revision)}


def list_function_url_configs(asked: Asked) -> Wire:
    function, _ = named(asked)
    page, following = asked.page(function.urls, "Marker", "MaxItems", 50, 50)
    return {"FunctionUrlConfigs": [_url(asked, function, url) for url in page], "NextMarker": following}


def get_function_url_config(asked: Asked) -> Wire:
    function, qualifier = named(asked)
    for url in function.urls:
        if url.qualifier == qualifier:
            return _url(asked, function, url)
    raise missing("The resource you requested does not exist.")


def _url(asked: Asked, function: Function, url: Url) -> Wire:
    created = stamp(asked.state.time(url.created))
    address = hexadecimal(32, "url", function.qualified(url.qualifier))
    answer: Wire = {
        "FunctionUrl": f"https://{address}.lambda-url.{function.region}.on.aws/",
        "FunctionArn": function.qualified(url.qualifier),
        "AuthType": url.auth,
        "CreationTime": created,
        "LastModifiedTime": created,
        "InvokeMode": url.mode,
    }
    return answer | {"Cors": dict(url.cors)} if url.cors else answer
