"""Calls about functions, answered as the cloud answers them."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sandbox import Sandbox
from collectors.sandbox.estate.aws.accounts import DEV, FRANKFURT, IRELAND, LAB, PAYMENTS, SHOP, SYDNEY, VIRGINIA
from tests.collectors.sandbox.conftest import Connect, connector

CHECKOUT = f"arn:aws:lambda:{FRANKFURT}:{SHOP}:function:checkout-api"


def names(answer: dict[str, Any]) -> list[str]:
    return [function["FunctionName"] for function in answer["Functions"]]


def every(client: Any, operation: str, key: str, **request: Any) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**request)
    return [one for page in pages for one in page[key]]


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_list_never_gives_more_than_fifty_functions(big_aws: Connect) -> None:
    client = big_aws("lambda")
    first = client.list_functions(MaxItems=1000)
    assert len(first["Functions"]) == 50
    assert names(client.list_functions(Marker=first["NextMarker"])) != names(first)
    found = every(client, "list_functions", "Functions")
    assert len({function["FunctionArn"] for function in found}) == len(found) > 100


def test_all_functions_of_the_estate_are_listed_somewhere(sandbox: Any, aws: Connect) -> None:
    found = {
        function["FunctionArn"]
        for account in ("210987000011", SHOP, PAYMENTS, DEV, LAB)
        for region in (FRANKFURT, IRELAND, VIRGINIA, SYDNEY)
        if (account, region) != (PAYMENTS, SYDNEY)
        for function in every(aws("lambda", account, region), "list_functions", "Functions")
    }
    assert found == {function.arn for function in sandbox.estate.at(0).aws.all_functions()}


def test_a_list_leaves_out_what_only_the_single_answer_has(aws: Connect) -> None:
    listed = next(one for one in aws("lambda").list_functions()["Functions"] if one["FunctionName"] == "checkout-api")
    single = aws("lambda").get_function_configuration(FunctionName="checkout-api")
    assert "State" not in listed and single["State"] == "Active"
    assert "RuntimeVersionConfig" not in listed and "RuntimeVersionConfig" in single
    assert listed["RevisionId"] == single["RevisionId"]


def test_listing_all_versions_shows_the_runtimes_of_old_ones(aws: Connect) -> None:
    found = every(aws("lambda", SHOP, IRELAND), "list_functions", "Functions", FunctionVersion="ALL")
    runtimes = {one["Version"]: one["Runtime"] for one in found if one["FunctionName"] == "image-resize-legacy"}
    assert runtimes == {"$LATEST": "python3.12", "1": "python2.7", "2": "python3.7", "3": "python3.12"}


def test_edge_replicas_show_only_when_asked_for(aws: Connect) -> None:
    client = aws("lambda", DEV, IRELAND)
    assert "edge-headers" not in names(client.list_functions())
    replicas = client.list_functions(FunctionVersion="ALL", MasterRegion=VIRGINIA)["Functions"]
    told = [(one["FunctionName"], one["Version"]) for one in replicas]
    assert told == [("edge-headers", "$LATEST"), ("edge-headers", "1")], "a distribution runs the published one"


def test_a_function_answers_to_name_partial_arn_and_arn_with_qualifier(aws: Connect) -> None:
    client = aws("lambda")
    for given in ("checkout-api:live", f"{SHOP}:function:checkout-api:live", f"{CHECKOUT}:live"):
        assert client.get_function_configuration(FunctionName=given)["Version"] == "3"
    assert client.get_function_configuration(FunctionName="checkout-api", Qualifier="2")["Version"] == "2"


def test_an_unknown_function_or_qualifier_is_not_found(aws: Connect) -> None:
    for request in ({"FunctionName": "nobody"}, {"FunctionName": "checkout-api", "Qualifier": "ghost"}):
        with pytest.raises(ClientError) as error:
            aws("lambda").get_function_configuration(**request)
        assert code_of(error) == "ResourceNotFoundException"


def test_versions_and_aliases_are_told(aws: Connect) -> None:
    client = aws("lambda")
    versions = client.list_versions_by_function(FunctionName="checkout-api")["Versions"]
    assert [one["Version"] for one in versions] == ["$LATEST", "1", "2", "3"]
    (alias,) = client.list_aliases(FunctionName="checkout-api")["Aliases"]
    assert (alias["Name"], alias["FunctionVersion"]) == ("live", "3")
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}


def test_each_qualifier_has_a_policy_of_its_own(aws: Connect) -> None:
    client = aws("lambda", PAYMENTS)
    document = json.loads(client.get_policy(FunctionName="fx-rates", Qualifier="live")["Policy"])
    assert document["Statement"][0]["Principal"] == {"AWS": "*"}
    assert document["Statement"][0]["Resource"].endswith(":fx-rates:live")
    with pytest.raises(ClientError) as error:
        client.get_policy(FunctionName="fx-rates")
    assert code_of(error) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as latest:
        client.get_policy(FunctionName="fx-rates", Qualifier="$LATEST")
    assert code_of(latest) == "InvalidParameterValueException"


def test_the_resource_policy_is_the_same_document_with_its_denies(aws: Connect) -> None:
    client = aws("lambda", PAYMENTS, IRELAND)
    arn = f"arn:aws:lambda:{IRELAND}:{PAYMENTS}:function:audit-export"
    policy = client.get_resource_policy(ResourceArn=arn)
    assert policy["Policy"] == client.get_policy(FunctionName="audit-export")["Policy"]
    assert [one["Effect"] for one in json.loads(policy["Policy"])["Statement"]] == ["Allow", "Deny"]


def test_function_urls_tell_their_sign_in_and_origins(aws: Connect) -> None:
    client = aws("lambda", SHOP, VIRGINIA)
    (url,) = client.list_function_url_configs(FunctionName="webhook-intake")["FunctionUrlConfigs"]
    assert (url["AuthType"], url["Cors"]["AllowOrigins"]) == ("NONE", ["*"])
    single = client.get_function_url_config(FunctionName="webhook-intake")
    assert single["FunctionUrl"] == url["FunctionUrl"]
    with pytest.raises(ClientError) as error:
        aws("lambda").get_function_url_config(FunctionName="mailer")
    assert code_of(error) == "ResourceNotFoundException"


def test_old_and_new_model_of_public_urls_are_both_there(aws: Connect) -> None:
    client = aws("lambda", SHOP, VIRGINIA)
    actions = {
        name: [one["Action"] for one in json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]]
        for name in ("webhook-intake", "status-page")
    }
    assert actions["webhook-intake"] == ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
    assert actions["status-page"] == ["lambda:InvokeFunctionUrl"]


def test_settings_beside_the_configuration_are_told(aws: Connect) -> None:
    client = aws("lambda")
    assert client.get_function_concurrency(FunctionName="checkout-api")["ReservedConcurrentExecutions"] == 100
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="mailer")
    provisioned = client.list_provisioned_concurrency_configs(FunctionName="checkout-api")
    assert provisioned["ProvisionedConcurrencyConfigs"][0]["FunctionArn"] == f"{CHECKOUT}:live"
    (invoke,) = client.list_function_event_invoke_configs(FunctionName="checkout-api")["FunctionEventInvokeConfigs"]
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"].endswith(":checkout-dead")
    assert client.get_runtime_management_config(FunctionName="checkout-api")["UpdateRuntimeOn"] == "FunctionUpdate"
    pinned = aws("lambda", DEV, IRELAND).get_runtime_management_config(FunctionName="ping-pong")
    assert pinned["UpdateRuntimeOn"] == "Manual" and pinned["RuntimeVersionArn"]
    assert client.get_function_recursion_config(FunctionName="mailer")["RecursiveLoop"] == "Terminate"
    scaling = aws("lambda", PAYMENTS, VIRGINIA).get_function_scaling_config(
        FunctionName="foreign-key-user", Qualifier="$LATEST.PUBLISHED"
    )
    assert scaling["AppliedFunctionScalingConfig"] == {"MinExecutionEnvironments": 1, "MaxExecutionEnvironments": 20}


def test_code_signing_is_told_from_both_sides(aws: Connect) -> None:
    client = aws("lambda")
    arn = client.get_function_code_signing_config(FunctionName="checkout-api")["CodeSigningConfigArn"]
    assert "CodeSigningConfigArn" not in client.get_function_code_signing_config(FunctionName="mailer")
    assert [one["CodeSigningConfigArn"] for one in client.list_code_signing_configs()["CodeSigningConfigs"]] == [arn]
    config = client.get_code_signing_config(CodeSigningConfigArn=arn)["CodeSigningConfig"]
    assert config["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Enforce"}
    assert client.list_functions_by_code_signing_config(CodeSigningConfigArn=arn)["FunctionArns"] == [CHECKOUT]


def test_layers_versions_and_their_policies(aws: Connect) -> None:
    client = aws("lambda", DEV, IRELAND)
    (layer,) = client.list_layers()["Layers"]
    assert (layer["LayerName"], layer["LatestMatchingVersion"]["Version"]) == ("pdf-fonts", 3)
    assert [one["Version"] for one in client.list_layer_versions(LayerName="pdf-fonts")["LayerVersions"]] == [3, 2, 1]
    policy = json.loads(client.get_layer_version_policy(LayerName="pdf-fonts", VersionNumber=2)["Policy"])
    assert policy["Statement"][0]["Principal"] == "*"
    with pytest.raises(ClientError) as error:
        client.get_layer_version_policy(LayerName="pdf-fonts", VersionNumber=3)
    assert code_of(error) == "ResourceNotFoundException"


def test_event_source_mappings_come_for_the_whole_account(aws: Connect) -> None:
    mappings = every(aws("lambda", DEV), "list_event_source_mappings", "EventSourceMappings")
    mine = [one for one in mappings if one["FunctionArn"].endswith(":stream-indexer")]
    assert {one["State"] for one in mine} == {"Enabled", "Disabled"}
    assert aws("lambda", DEV).list_event_source_mappings(FunctionName="stream-indexer")["EventSourceMappings"] == mine


def test_event_source_mappings_come_a_hundred_at_a_time() -> None:
    with Sandbox(size=2500).serve() as running:
        client = connector(running.url)("lambda")
        first = client.list_event_source_mappings(MaxItems=10_000)
        assert len(first["EventSourceMappings"]) == 100
        assert len(every(client, "list_event_source_mappings", "EventSourceMappings")) > 100


def test_tags_and_account_settings(aws: Connect) -> None:
    assert aws("lambda").list_tags(Resource=CHECKOUT)["Tags"]["owner"] == "checkout"
    settings = aws("lambda").get_account_settings()
    assert settings["AccountUsage"]["FunctionCount"] == len(aws("lambda").list_functions()["Functions"])
    assert settings["AccountLimit"]["UnreservedConcurrentExecutions"] < settings["AccountLimit"]["ConcurrentExecutions"]


def test_unreadable_variables_come_as_an_error_not_as_none(aws: Connect) -> None:
    environment = aws("lambda", PAYMENTS).get_function_configuration(FunctionName="vault-proxy")["Environment"]
    assert environment["Error"]["ErrorCode"] == "AccessDeniedException"
    assert "Variables" not in environment


def test_failed_functions_say_why(aws: Connect) -> None:
    failed = aws("lambda", PAYMENTS, IRELAND).get_function_configuration(FunctionName="card-check")
    assert (failed["State"], failed["StateReasonCode"]) == ("Failed", "ImageAccessDenied")
    starved = aws("lambda", LAB, SYDNEY).get_function_configuration(FunctionName="ip-starved")
    assert starved["LastUpdateStatusReasonCode"] == "SubnetOutOfIPAddresses"


def test_nobody_reads_code(aws: Connect) -> None:
    with pytest.raises(ClientError) as error:
        aws("lambda").get_function(FunctionName="checkout-api")
    assert code_of(error) == "AccessDeniedException"


def test_a_foreign_paging_token_is_refused(aws: Connect) -> None:
    with pytest.raises(ClientError) as error:
        aws("lambda").list_functions(Marker="bm9uc2Vuc2U=")
    assert code_of(error) == "InvalidParameterValueException"


def test_web_functions_their_endpoints_and_revisions(aws: Connect) -> None:
    client = aws("lambda-web")
    (function,) = client.list_web_functions()["functions"]
    assert client.get_web_function(functionName="product-page")["functionArn"] == function["functionArn"]
    (endpoint,) = client.list_web_function_endpoints(functionName="product-page")["endpoints"]
    assert endpoint["authType"] == "ApplicationManaged"
    single = client.get_web_function_endpoint(functionName="product-page", endpointName="main")
    assert single["domainName"] == endpoint["domainName"]
    revisions = client.list_web_function_revisions(functionName="product-page")["revisions"]
    live = {one["revisionId"]: one["weight"] for one in endpoint["revisionWeights"]}
    assert [one["revisionId"] for one in revisions][:2] == list(live) and list(live.values()) == [90, 10]
    config = client.get_web_function_revision(functionName="product-page", revisionId=revisions[0]["revisionId"])
    assert config["serviceConfig"]["executionRoleArn"].endswith(":role/worker-role")
    with pytest.raises(ClientError) as error:
        client.get_resource_policy(resourceArn=function["functionArn"])
    assert code_of(error) == "ResourceNotFoundException"
    assert client.get_web_account_settings()["accountUsage"]["functionCount"] == 1


def test_a_web_function_behind_iam_has_a_policy(aws: Connect) -> None:
    client = aws("lambda-web", SHOP, IRELAND)
    endpoint = client.get_web_function_endpoint(functionName="staff-dashboard", endpointName="main")
    assert endpoint["authType"] == "IamAuth"
    arn = f"arn:aws:lambda:{IRELAND}:{SHOP}:web-function/staff-dashboard"
    assert json.loads(client.get_resource_policy(resourceArn=arn)["policy"])["Statement"][0]["Effect"] == "Allow"


def test_network_connectors_tell_where_web_functions_reach(aws: Connect) -> None:
    (connector,) = aws("lambda-core").list_network_connectors()["NetworkConnectors"]
    full = aws("lambda-core").get_network_connector(Identifier=connector["Arn"])
    egress = full["Configuration"]["VpcEgressConfiguration"]
    assert egress["ElasticIpConfiguration"]["Type"] == "ServiceManaged"
    known = {one["SubnetId"] for one in aws("ec2").describe_subnets()["Subnets"]}
    assert set(egress["SubnetIds"]) <= known
