"""A function's configuration as the Lambda API words it (FunctionConfiguration, API 2015-03-31)."""

from datetime import datetime
from typing import Any

from collectors.sandbox.estate.aws.function import Function, Placement, Version
from collectors.sandbox.estate.aws.network import Network
from collectors.sandbox.estate.aws.state import AwsState
from collectors.sandbox.estate.names import digest64, hexadecimal, uuid

Wire = dict[str, Any]


def stamp(moment: datetime) -> str:
    """How Lambda writes times in strings."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def configuration(state: AwsState, function: Function, version: Version | None = None) -> Wire:
    """As in lists: without the fields that only GetFunctionConfiguration gives."""
    number = str(version.number) if version else "$LATEST"
    code = version.code if version else function.code
    runtime = (version.runtime if version else None) or function.runtime
    revision = (function.arn, number, code, 0 if version else function.settings)
    answer: Wire = {
        "FunctionName": function.name,
        "FunctionArn": function.qualified(number) if version else function.arn,
        "Role": (version.role if version else None) or function.role_arn,
        "CodeSize": 40_000 + int(hexadecimal(5, function.arn, code), 16),
        "Description": function.description,
        "Timeout": function.timeout,
        "MemorySize": function.memory,
        "LastModified": stamp(state.time(version.modified if version else function.modified)),
        "CodeSha256": digest64(function.arn, code),
        "ConfigSha256": hexadecimal(64, *revision, "config"),
        "Version": number,
        "TracingConfig": {"Mode": function.tracing},
        "RevisionId": uuid("revision", *revision),
        "PackageType": "Image" if function.image else "Zip",
        "Architectures": [function.architecture],
        "EphemeralStorage": {"Size": function.storage},
        "SnapStart": {
            "ApplyOn": "PublishedVersions" if function.snap_start else "None",
            "OptimizationStatus": "On" if function.snap_start and version else "Off",
        },
        "LoggingConfig": {
            "LogFormat": "Text",
            "LogGroup": function.log_group or f"/aws/lambda/{function.name}",
        },
    }
    if runtime:
        answer |= {"Runtime": runtime, "Handler": function.handler}
    return answer | _optional(state, function)


def _optional(state: AwsState, function: Function) -> Wire:
    """What is only there when it was set."""
    answer: Wire = {}
    if function.environment_unreadable:
        error = {"ErrorCode": "AccessDeniedException", "Message": "Lambda was unable to decrypt the variables."}
        answer["Environment"] = {"Error": error}
    elif function.environment:
        names = state.in_turn(sorted(function.environment))
        answer["Environment"] = {"Variables": {name: function.environment[name] for name in names}}
    if function.key:
        answer["KMSKeyArn"] = function.key
    if function.layers:
        answer["Layers"] = [{"Arn": layer, "CodeSize": 90_000} for layer in function.layers]
    if function.placement:
        answer["VpcConfig"] = _placed(state, function, function.placement)
    if function.dead_letter:
        answer["DeadLetterConfig"] = {"TargetArn": function.dead_letter}
    if function.file_system:
        answer["FileSystemConfigs"] = [{"Arn": function.file_system, "LocalMountPath": "/mnt/data"}]
    if function.signing_profile:
        answer["SigningProfileVersionArn"] = function.signing_profile
        job = f"arn:aws:signer:{function.region}:{function.account}:/signing-jobs/{uuid('job', function.arn)}"
        answer["SigningJobArn"] = job
    if function.image:
        answer["ImageConfigResponse"] = {"ImageConfig": {"Command": [function.handler]}}
    return answer


def _placed(state: AwsState, function: Function, placement: Placement) -> Wire:
    network = Network(function.account, function.region)
    return {
        "SubnetIds": state.in_turn([network.subnet(label) for label in placement.subnets]),
        "SecurityGroupIds": state.in_turn([network.group(label) for label in placement.groups]),
        "VpcId": network.vpc,
        "Ipv6AllowedForDualStack": placement.dual_stack,
    }


def full_configuration(state: AwsState, function: Function, version: Version | None = None) -> Wire:
    """As GetFunctionConfiguration gives it: with the state and the runtime's version."""
    answer = configuration(state, function, version) | {"State": "Active", "LastUpdateStatus": "Successful"}
    if function.failed:
        code, reason = function.failed
        answer |= {"State": "Failed", "StateReasonCode": code, "StateReason": reason}
    if function.update_failed:
        code, reason = function.update_failed
        answer |= {"LastUpdateStatus": "Failed", "LastUpdateStatusReasonCode": code, "LastUpdateStatusReason": reason}
    if "Runtime" in answer:
        runtime = f"arn:aws:lambda:{function.region}::runtime:{hexadecimal(64, answer['Runtime'])}"
        answer["RuntimeVersionConfig"] = {"RuntimeVersionArn": runtime}
    return answer
