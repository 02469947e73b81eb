"""What the list says of an event function: configuration, code, environment and identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.normalize.shapes import Unusable, mapping, number, objects, said, text, texts

Json = Any

#: Fields that change by themselves, or say again what others say: they make no history.
VOLATILE = frozenset(
    {
        "RevisionId",
        "ConfigSha256",
        "Version",
        "State",
        "StateReason",
        "StateReasonCode",
        "LastUpdateStatus",
        "LastUpdateStatusReason",
        "LastUpdateStatusReasonCode",
        "RuntimeVersionConfig",
        "ResponseMetadata",
    }
)
#: Fields that have a place of their own in a section; every other one is kept in `config.native` as it came.
_PLACED = frozenset(
    {
        "FunctionName",
        "FunctionArn",
        "Runtime",
        "Role",
        "Handler",
        "CodeSize",
        "Description",
        "Timeout",
        "MemorySize",
        "LastModified",
        "CodeSha256",
        "Environment",
        "TracingConfig",
        "Layers",
        "FileSystemConfigs",
        "SigningProfileVersionArn",
        "SigningJobArn",
        "PackageType",
        "Architectures",
        "EphemeralStorage",
        "SnapStart",
        "VpcConfig",
        "DeadLetterConfig",
        "KMSKeyArn",
        "LoggingConfig",
    }
)


def config(listed: Mapping[str, Json]) -> Json:
    """The configuration that the list shows; fields nobody placed are kept under `native`."""
    systems = [
        said(arn=text(entry, "Arn"), path=text(entry, "LocalMountPath"), native=entry.get("S3FilesConfig"))
        for entry in objects(listed.get("FileSystemConfigs"), "FileSystemConfigs")
    ]
    native = {
        key: value
        for key, value in listed.items()
        if key not in _PLACED and key not in VOLATILE and value not in (None, "", [], {})
    }
    return {
        "kind": "Event Function",
        "runtime": text(listed, "Runtime"),
        "handler": text(listed, "Handler"),
        "package": text(listed, "PackageType") or "Zip",
        "architectures": texts(listed.get("Architectures"), "Architectures") or ["x86_64"],
        "description": text(listed, "Description"),
        "tracing": text(mapping(listed.get("TracingConfig"), "TracingConfig"), "Mode"),
        "snap_start": text(mapping(listed.get("SnapStart"), "SnapStart"), "ApplyOn"),
        "file_systems": systems,
        **said(
            memory_mb=number(listed, "MemorySize"),
            timeout_s=number(listed, "Timeout"),
            ephemeral_mb=number(mapping(listed.get("EphemeralStorage"), "EphemeralStorage"), "Size"),
            last_modified=text(listed, "LastModified"),
            native=native,
        ),
    }


def code(listed: Mapping[str, Json]) -> Json:
    """What runs. An image's address is told by GetFunction only, which would let us download code: so its digest."""
    sha = text(listed, "CodeSha256")
    is_image = text(listed, "PackageType") == "Image"
    return {
        "layers": [_layer(entry) for entry in objects(listed.get("Layers"), "Layers")],
        **said(
            sha256=sha,
            size=number(listed, "CodeSize"),
            image_digest=f"sha256:{sha}" if is_image and sha else "",
            signing_profile=text(listed, "SigningProfileVersionArn"),
            signing_job=text(listed, "SigningJobArn"),
        ),
    }


def _layer(entry: Mapping[str, Json]) -> Json:
    """A layer with its owner, from arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION."""
    arn = text(entry, "Arn")
    parts = [*arn.split(":"), *[""] * 8]
    return said(
        id=arn,
        account=parts[4],
        name=parts[6],
        version=parts[7],
        size=number(entry, "CodeSize"),
        signing_profile=text(entry, "SigningProfileVersionArn"),
    )


def environment(listed: Mapping[str, Json]) -> Json:
    """The variables without values; they are unknown when AWS could not decrypt them."""
    told = mapping(listed.get("Environment"), "Environment")
    error = mapping(told.get("Error"), "Environment.Error")
    kept = told.get("Variables")
    if "Variables" in told and kept is None:
        raise Unusable("Environment.Variables is no object.")
    words = f"{text(error, 'ErrorCode')}: {text(error, 'Message')}" if error else ""
    if error and not kept:
        return {"error": words}
    return {"variables": [dict(entry) for entry in objects(kept, "Environment.Variables")], **said(error=words)}


def identities(listed: Mapping[str, Json]) -> Json:
    role = text(listed, "Role")
    return {"identities": [{"id": role, "kind": "role"}] if role else []}
