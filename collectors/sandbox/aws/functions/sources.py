"""Queues and streams that are polled for functions, and layers."""

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.aws.functions.access import document
from collectors.sandbox.aws.functions.configuration import Wire, stamp
from collectors.sandbox.aws.functions.finding import named
from collectors.sandbox.aws.protocol import missing
from collectors.sandbox.estate.aws.assets import LAYERS, Layer
from collectors.sandbox.estate.aws.function import Function, Source
from collectors.sandbox.estate.names import uuid


def list_event_source_mappings(asked: Asked) -> Wire:
    functions = asked.state.functions(asked.account, asked.region)
    if asked.text("FunctionName"):
        functions = [named(asked)[0]]
    wanted = asked.text("EventSourceArn")
    mappings = [
        (function, source) for function in functions for source in function.sources if wanted in ("", source.arn)
    ]
    page, following = asked.page(mappings, "Marker", "MaxItems", 100, 100)
    return {
        "EventSourceMappings": [_mapping(asked, function, source) for function, source in page],
        "NextMarker": following,
    }


def _mapping(asked: Asked, function: Function, source: Source) -> Wire:
    number = uuid("mapping", function.arn, source.arn)
    return {
        "UUID": number,
        "EventSourceMappingArn": f"arn:aws:lambda:{function.region}:{function.account}:event-source-mapping:{number}",
        "EventSourceArn": source.arn,
        "FunctionArn": function.qualified(source.qualifier),
        "State": "Enabled" if source.enabled else "Disabled",
        "StateTransitionReason": "USER_INITIATED",
        "LastModified": asked.state.time(-700).timestamp(),
        "BatchSize": 10,
        "MaximumRetryAttempts": -1,
        "FunctionResponseTypes": [],
        **source.settings,
    }


def _layers(asked: Asked) -> list[Layer]:
    return [layer for layer in LAYERS if (layer.account, layer.region) == (asked.account, asked.region)]


def list_layers(asked: Asked) -> Wire:
    page, following = asked.page(_layers(asked), "Marker", "MaxItems", 50, 50)
    layers = [
        {
            "LayerName": layer.name,
            "LayerArn": layer.arn,
            "LatestMatchingVersion": _version(asked, layer, layer.versions),
        }
        for layer in page
    ]
    return {"Layers": layers, "NextMarker": following}


def list_layer_versions(asked: Asked) -> Wire:
    layer = _wanted(asked)
    page, following = asked.page(range(layer.versions, 0, -1), "Marker", "MaxItems", 50, 50)
    return {"LayerVersions": [_version(asked, layer, number) for number in page], "NextMarker": following}


def get_layer_version_policy(asked: Asked) -> Wire:
    layer, number = _wanted(asked), asked.number("VersionNumber", 0)
    statements = layer.policies.get(number, ())
    if not statements:
        raise missing("No policy is associated with the given resource.")
    arn = layer.version(number)
    return {"Policy": document(arn, statements), "RevisionId": uuid("policy", arn)}


def _wanted(asked: Asked) -> Layer:
    given = asked.text("LayerName")
    for layer in _layers(asked):
        if given in (layer.name, layer.arn):
            return layer
    raise missing(f"The resource you requested does not exist: {given}")


def _version(asked: Asked, layer: Layer, number: int) -> Wire:
    return {
        "LayerVersionArn": layer.version(number),
        "Version": number,
        "CreatedDate": stamp(asked.state.time(-9000 + 24 * number)),
        "CompatibleRuntimes": list(layer.runtimes),
        "CompatibleArchitectures": ["arm64", "x86_64"],
    }
