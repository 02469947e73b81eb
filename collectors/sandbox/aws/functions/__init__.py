"""AWS Lambda, API 2015-03-31 and its later paths."""

from collectors.sandbox.aws.asked import AwsService, Route
from collectors.sandbox.aws.functions import access, listing, settings, sources

_FUNCTION = "/functions/{FunctionName}"
_SIGNING = "/2020-04-22/code-signing-configs"
_LAYER = "/2018-10-31/layers"

LAMBDA = AwsService(
    name="lambda",
    scope="lambda",
    protocol="rest-json",
    operations={
        "ListFunctions": listing.list_functions,
        "GetFunction": listing.get_function,
        "GetFunctionConfiguration": listing.get_function_configuration,
        "ListVersionsByFunction": listing.list_versions,
        "ListAliases": listing.list_aliases,
        "ListTags": listing.list_tags,
        "GetAccountSettings": listing.get_account_settings,
        "GetPolicy": access.get_policy,
        "GetResourcePolicy": access.get_policy,
        "ListFunctionUrlConfigs": access.list_function_url_configs,
        "GetFunctionUrlConfig": access.get_function_url_config,
        "GetFunctionConcurrency": settings.get_function_concurrency,
        "ListProvisionedConcurrencyConfigs": settings.list_provisioned_concurrency_configs,
        "ListFunctionEventInvokeConfigs": settings.list_function_event_invoke_configs,
        "GetRuntimeManagementConfig": settings.get_runtime_management_config,
        "GetFunctionRecursionConfig": settings.get_function_recursion_config,
        "GetFunctionScalingConfig": settings.get_function_scaling_config,
        "GetFunctionCodeSigningConfig": settings.get_function_code_signing_config,
        "ListCodeSigningConfigs": settings.list_code_signing_configs,
        "GetCodeSigningConfig": settings.get_code_signing_config,
        "ListFunctionsByCodeSigningConfig": settings.list_functions_by_code_signing_config,
        "ListEventSourceMappings": sources.list_event_source_mappings,
        "ListLayers": sources.list_layers,
        "ListLayerVersions": sources.list_layer_versions,
        "GetLayerVersionPolicy": sources.get_layer_version_policy,
    },
    routes=(
        Route("GET", "/2015-03-31/functions", "ListFunctions"),
        Route("GET", f"/2015-03-31{_FUNCTION}", "GetFunction"),
        Route("GET", f"/2015-03-31{_FUNCTION}/configuration", "GetFunctionConfiguration"),
        Route("GET", f"/2015-03-31{_FUNCTION}/versions", "ListVersionsByFunction"),
        Route("GET", f"/2015-03-31{_FUNCTION}/aliases", "ListAliases"),
        Route("GET", "/2017-03-31/tags/{Resource}", "ListTags"),
        Route("GET", "/2016-08-19/account-settings", "GetAccountSettings"),
        Route("GET", f"/2015-03-31{_FUNCTION}/policy", "GetPolicy"),
        Route("GET", "/2026-07-09/resource-policy/{ResourceArn}", "GetResourcePolicy"),
        Route("GET", f"/2021-10-31{_FUNCTION}/urls", "ListFunctionUrlConfigs"),
        Route("GET", f"/2021-10-31{_FUNCTION}/url", "GetFunctionUrlConfig"),
        Route("GET", f"/2019-09-30{_FUNCTION}/concurrency", "GetFunctionConcurrency"),
        Route("GET", f"/2019-09-30{_FUNCTION}/provisioned-concurrency", "ListProvisionedConcurrencyConfigs", "List"),
        Route("GET", f"/2019-09-25{_FUNCTION}/event-invoke-config/list", "ListFunctionEventInvokeConfigs"),
        Route("GET", f"/2021-07-20{_FUNCTION}/runtime-management-config", "GetRuntimeManagementConfig"),
        Route("GET", f"/2024-08-31{_FUNCTION}/recursion-config", "GetFunctionRecursionConfig"),
        Route("GET", f"/2025-11-30{_FUNCTION}/function-scaling-config", "GetFunctionScalingConfig"),
        Route("GET", f"/2020-06-30{_FUNCTION}/code-signing-config", "GetFunctionCodeSigningConfig"),
        Route("GET", _SIGNING, "ListCodeSigningConfigs"),
        Route("GET", _SIGNING + "/{CodeSigningConfigArn}", "GetCodeSigningConfig"),
        Route("GET", _SIGNING + "/{CodeSigningConfigArn}/functions", "ListFunctionsByCodeSigningConfig"),
        Route("GET", "/2015-03-31/event-source-mappings", "ListEventSourceMappings"),
        Route("GET", _LAYER, "ListLayers"),
        Route("GET", _LAYER + "/{LayerName}/versions", "ListLayerVersions"),
        Route("GET", _LAYER + "/{LayerName}/versions/{VersionNumber}/policy", "GetLayerVersionPolicy"),
    ),
)
