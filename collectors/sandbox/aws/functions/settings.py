"""What is set beside a function's configuration: concurrency, retries, code signing, runtime updates, recursion."""

from collectors.sandbox.aws.asked import Asked
from collectors.sandbox.aws.functions.configuration import Wire, stamp
from collectors.sandbox.aws.functions.finding import named
from collectors.sandbox.aws.protocol import missing
from collectors.sandbox.estate.aws.assets import SIGNING_CONFIGS, SigningConfig
from collectors.sandbox.estate.names import hexadecimal


def get_function_concurrency(asked: Asked) -> Wire:
    function, _ = named(asked)
    return {} if function.reserved is None else {"ReservedConcurrentExecutions": function.reserved}


def list_provisioned_concurrency_configs(asked: Asked) -> Wire:
    function, _ = named(asked)
    page, following = asked.page(sorted(function.provisioned.items()), "Marker", "MaxItems", 50, 50)
    configs = [
        {
            "FunctionArn": function.qualified(qualifier),
            "RequestedProvisionedConcurrentExecutions": count,
            "AvailableProvisionedConcurrentExecutions": count,
            "AllocatedProvisionedConcurrentExecutions": count,
            "Status": "READY",
            "LastModified": stamp(asked.state.time(function.modified)),
        }
        for qualifier, count in page
    ]
    return {"ProvisionedConcurrencyConfigs": configs, "NextMarker": following}


def list_function_event_invoke_configs(asked: Asked) -> Wire:
    function, _ = named(asked)
    setting = function.event_invoke
    if setting is None:
        return {"FunctionEventInvokeConfigs": []}
    destinations = {"OnSuccess": setting.on_success, "OnFailure": setting.on_failure}
    config = {
        "LastModified": asked.state.time(-800).timestamp(),
        "FunctionArn": function.qualified("$LATEST"),
        "MaximumRetryAttempts": setting.retries,
        "MaximumEventAgeInSeconds": setting.age,
        "DestinationConfig": {way: {"Destination": arn} if arn else {} for way, arn in destinations.items()},
    }
    return {"FunctionEventInvokeConfigs": [config]}


def get_runtime_management_config(asked: Asked) -> Wire:
    function, _ = named(asked)
    answer: Wire = {"UpdateRuntimeOn": function.runtime_update, "FunctionArn": function.arn}
    if function.runtime_update == "Manual":
        pinned = f"arn:aws:lambda:{function.region}::runtime:{hexadecimal(64, function.runtime, 'old')}"
        answer["RuntimeVersionArn"] = pinned
    return answer


def get_function_recursion_config(asked: Asked) -> Wire:
    return {"RecursiveLoop": named(asked)[0].recursion}


def get_function_scaling_config(asked: Asked) -> Wire:
    function, _ = named(asked)
    if function.scaling is None:
        return {"FunctionArn": function.arn}
    least, most = function.scaling
    limits = {"MinExecutionEnvironments": least, "MaxExecutionEnvironments": most}
    return {
        "FunctionArn": function.arn,
        "AppliedFunctionScalingConfig": limits,
        "RequestedFunctionScalingConfig": limits,
    }


def get_function_code_signing_config(asked: Asked) -> Wire:
    function, _ = named(asked)
    answer: Wire = {"FunctionName": function.name}
    return answer | {"CodeSigningConfigArn": function.signing_config} if function.signing_config else answer


def list_code_signing_configs(asked: Asked) -> Wire:
    page, following = asked.page(_configs(asked), "Marker", "MaxItems", 50, 50)
    return {"CodeSigningConfigs": [_config(asked, config) for config in page], "NextMarker": following}


def get_code_signing_config(asked: Asked) -> Wire:
    return {"CodeSigningConfig": _config(asked, _wanted(asked))}


def list_functions_by_code_signing_config(asked: Asked) -> Wire:
    wanted = _wanted(asked).arn
    functions = asked.state.functions(asked.account, asked.region)
    arns = [function.arn for function in functions if function.signing_config == wanted]
    page, following = asked.page(arns, "Marker", "MaxItems", 50, 50)
    return {"FunctionArns": page, "NextMarker": following}


def _configs(asked: Asked) -> list[SigningConfig]:
    here = (asked.account, asked.region)
    return [config for config in SIGNING_CONFIGS if (config.account, config.region) == here]


def _wanted(asked: Asked) -> SigningConfig:
    arn = asked.text("CodeSigningConfigArn")
    for config in _configs(asked):
        if config.arn == arn:
            return config
    raise missing(f"The code signing configuration cannot be found: {arn}")


def _config(asked: Asked, config: SigningConfig) -> Wire:
    return {
        "CodeSigningConfigId": config.id,
        "CodeSigningConfigArn": config.arn,
        "Description": config.name,
        "AllowedPublishers": {"SigningProfileVersionArns": [config.publisher]},
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": config.policy},
        "LastModified": stamp(asked.state.time(-5000)),
    }
