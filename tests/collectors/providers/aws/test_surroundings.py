"""Entry points, triggers, networks, accounts and web functions."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.providers.aws.fetch.entrances import deployed
from inventory.facts import Kind, Unread
from tests.collectors.providers.aws.answers import ACCOUNT, CHECKOUT, REGION, ROLE, lets, listed, policy, raw, seen

DENIED = Unread("no", "ec2:DescribeSubnets", "denied")


def points(**changes: Any) -> list[dict[str, Any]]:
    return list(seen("functions", raw(**changes)).sections["entry_points"]["entry_points"])


def test_a_url_belongs_to_the_function_or_to_an_alias() -> None:
    cors = {"AllowOrigins": ["*"], "AllowCredentials": True}
    url = {"FunctionUrl": "https://x.on.aws/", "FunctionArn": f"{CHECKOUT}:live", "AuthType": "AWS_IAM", "Cors": cors}
    [point] = points(urls=[url])
    assert (point["kind"], point["auth"], point["qualifier"], point["cors"]) == ("url", "AWS_IAM", "live", cors)


def front(**kinds: Any) -> dict[str, Any]:
    return {"http_apis": [], "rest_apis": [], "balancers": [], **kinds}


def test_a_route_of_an_http_api_is_an_address_on_each_stage() -> None:
    api = {
        "apiId": "a1",
        "name": "shop",
        "apiEndpoint": "https://a1.execute-api.eu-west-1.amazonaws.com",
        "protocolType": "HTTP",
    }
    route = {"routeKey": "POST /orders", "authorizationType": "NONE"}
    entry = {"api": api, "route": route, "deployed": ["$default", "beta"], "function": CHECKOUT}
    found = points(entrances=front(http_apis=[entry]))
    assert [point["url"].removeprefix(api["apiEndpoint"]) for point in found] == ["/orders", "/beta/orders"]
    assert {(point["method"], point["path"], point["auth"]) for point in found} == {("POST", "/orders", "NONE")}


@pytest.mark.parametrize(
    ("stages", "deployed", "url"),
    [
        ({"deployed": ["v1"]}, None, "https://r1.execute-api.eu-west-1.amazonaws.com/v1/x"),
        ({"deployed": []}, False, ""),
        ({"deployed": None}, None, "https://r1.execute-api.eu-west-1.amazonaws.com/x"),
        ({"stages": []}, None, "https://r1.execute-api.eu-west-1.amazonaws.com/x"),
    ],
)
def test_an_api_without_a_deployed_stage_has_no_address(stages: Any, deployed: bool | None, url: str) -> None:
    entry = {"api": {"id": "r1"}, "path": "/x", "verb": "GET", "method": {}, "function": CHECKOUT, **stages}
    [point] = points(entrances=front(rest_apis=[entry]))
    assert (point["detail"].get("deployed"), point["url"]) == (deployed, url)


def test_a_stage_without_a_deployment_does_not_count_and_unread_stages_stay_unknown() -> None:
    stages = [{"stageName": "v1", "deploymentId": "d1"}, {"stageName": "$default", "autoDeploy": True}]
    assert deployed([*stages, {"stageName": "new", "autoDeploy": False}]) == ["v1", "$default"]
    assert deployed([{"stageName": "new"}]) == [] == deployed([])
    assert deployed(DENIED) is None


def test_a_route_of_an_http_api_without_a_deployed_stage_is_told_once_without_an_address() -> None:
    api = {"apiId": "a1", "apiEndpoint": "https://a1.execute-api.eu-west-1.amazonaws.com", "protocolType": "WEBSOCKET"}
    entry = {"api": api, "route": {"routeKey": "$connect"}, "deployed": [], "function": CHECKOUT}
    [point] = points(entrances=front(http_apis=[entry]))
    assert (point["url"], point["detail"]["deployed"]) == ("", False)


def test_a_private_rest_api_is_not_reached_from_the_internet() -> None:
    api = {
        "id": "r1",
        "name": "back",
        "endpointConfiguration": {"types": ["PRIVATE"]},
        "policy": '{\\"Statement\\": []}',
    }
    method = {"authorizationType": "AWS_IAM", "apiKeyRequired": True}
    entry = {
        "api": api,
        "path": "/x",
        "verb": "GET",
        "method": method,
        "deployed": ["v1"],
        "function": f"{CHECKOUT}:live",
    }
    [point] = points(entrances=front(rest_apis=[entry]))
    assert (point["reach"], point["auth"], point["qualifier"]) == ("private", "AWS_IAM", "live")
    assert point["url"] == "https://r1.execute-api.eu-west-1.amazonaws.com/v1/x"
    assert point["detail"]["api_key"]
    assert point["detail"]["policy"] == {"Statement": []}


@pytest.mark.parametrize(
    ("actions", "auth"), [([{"Type": "forward"}], "NONE"), ([{"Type": "authenticate-oidc"}], "authenticate-oidc")]
)
def test_a_load_balancer_may_ask_for_a_sign_in(actions: list[Any], auth: str) -> None:
    balancer = {"LoadBalancerName": "lb", "DNSName": "lb.example", "Scheme": "internet-facing"}
    listener = {"ListenerArn": "arn:l", "Protocol": "HTTPS", "Port": 443}
    rules = [{"Actions": actions, "Conditions": [{"Field": "path-pattern", "Values": ["/fn/*"]}]}]
    entry = {"balancer": balancer, "listener": listener, "rules": rules, "function": CHECKOUT}
    [point] = points(entrances=front(balancers=[entry]))
    assert (point["url"], point["auth"], point["reach"]) == ("https://lb.example", auth, "internet")
    assert point["detail"]["paths"] == ["/fn/*"]


def triggers(**changes: Any) -> list[dict[str, Any]]:
    return list(seen("functions", raw(**changes)).sections["triggers"]["triggers"])


def test_a_queue_is_a_trigger_with_its_state() -> None:
    source = {
        "UUID": "u1",
        "EventSourceArn": "arn:aws:sqs:eu-west-1:1:orders",
        "FunctionArn": f"{CHECKOUT}:live",
        "State": "Disabled",
        "BatchSize": 10,
        "LastModified": 1.5,
        "LastProcessingResult": "OK",
        "DestinationConfig": {"OnFailure": {"Destination": "arn:dlq"}},
    }
    [trigger] = triggers(sources=[source])
    assert (trigger["kind"], trigger["state"], trigger["qualifier"], trigger["batch_size"]) == (
        "sqs",
        "Disabled",
        "live",
        10,
    )
    assert trigger["detail"]["on_failure"] == "arn:dlq"
    assert "OK" not in str(trigger)


def test_a_service_that_may_call_is_a_trigger_and_a_gateway_is_none() -> None:
    bucket = {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"}, "StringEquals": {"AWS:SourceAccount": "1"}}
    statements = [
        lets("s3", {"Service": "s3.amazonaws.com"}, Condition=bucket),
        lets("api", {"Service": "apigateway.amazonaws.com"}),
    ]
    [trigger] = triggers(policies={"": {"Policy": policy(*statements)}})
    assert (trigger["kind"], trigger["source"], trigger["id"]) == ("s3", "arn:aws:s3:::uploads", "s3")
    assert trigger["detail"] == {"account": "1"}


PLACE = {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": True}
AROUND: dict[str, Any] = {
    "subnets": [
        {
            "SubnetId": "subnet-1",
            "VpcId": "vpc-1",
            "CidrBlock": "10.0.0.0/24",
            "AvailabilityZone": "eu-west-1a",
            "OwnerId": "1",
        }
    ],
    "groups": [
        {
            "GroupId": "sg-1",
            "GroupName": "open",
            "IpPermissionsEgress": [
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": "pl-1"}]},
            ],
        }
    ],
    "routes": [
        {"RouteTableId": "rtb-main", "Associations": [{"Main": True}], "Routes": []},
        {
            "RouteTableId": "rtb-1",
            "Associations": [{"SubnetId": "subnet-1"}],
            "Routes": [
                {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
                {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"},
            ],
        },
    ],
    "nats": [{"NatGatewayId": "nat-1", "ConnectivityType": "public"}],
    "acls": [
        {
            "NetworkAclId": "acl-1",
            "Associations": [{"SubnetId": "subnet-1"}],
            "Entries": [
                {"Egress": True, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
                {"Egress": True, "RuleNumber": 32767, "RuleAction": "deny", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"},
            ],
        }
    ],
    "endpoints": [
        {"VpcEndpointId": "vpce-1", "ServiceName": "com.amazonaws.eu-west-1.s3", "VpcEndpointType": "Gateway"}
    ],
    "prefix_lists": [{"PrefixListId": "pl-1", "PrefixListName": "com.amazonaws.eu-west-1.s3"}],
}


def network(around: Any, place: Any = PLACE) -> dict[str, Any]:
    return dict(seen("functions", raw(function=listed(VpcConfig=place), network=around)).sections["network"])


def test_outside_any_vpc_a_function_is_not_attached() -> None:
    assert network(None, {"VpcId": "", "SubnetIds": []}) == {"attached": False, "network": "", "ipv6": False}


def test_a_network_shows_each_way_out() -> None:
    told = network(AROUND)
    assert (told["attached"], told["network"], told["ipv6"]) == (True, "vpc-1", True)
    assert {(way["to"], way["via"]) for way in told["egress"]} == {
        ("10.0.0.0/16", "local"),
        ("0.0.0.0/0", "nat gateway"),
        ("::/0", "egress-only gateway"),
    }
    rules = {(rule["to"], rule.get("name", "")) for rule in told["security_groups"][0]["egress"]}
    assert rules == {("0.0.0.0/0", ""), ("::/0", ""), ("pl-1", "com.amazonaws.eu-west-1.s3")}
    assert told["subnets"][0]["route_table"] == "rtb-1"
    assert "acl" not in told["subnets"][0]
    assert told["endpoints"][0]["service"] == "com.amazonaws.eu-west-1.s3"


def test_a_private_nat_gateway_is_no_way_to_the_internet() -> None:
    told = network(AROUND | {"nats": [{"NatGatewayId": "nat-1", "ConnectivityType": "private"}]})
    assert "private nat gateway" in {way["via"] for way in told["egress"]}


def test_a_network_acl_with_rules_of_its_own_is_shown() -> None:
    entries = [{"Egress": True, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "6", "CidrBlock": "10.0.0.0/8"}]
    told = network(
        AROUND | {"acls": [{"NetworkAclId": "acl-2", "Associations": [{"SubnetId": "subnet-1"}], "Entries": entries}]}
    )
    assert told["subnets"][0]["acl"] == {
        "id": "acl-2",
        "egress": [{"number": 100, "action": "allow", "protocol": "6", "to": "10.0.0.0/8"}],
    }


def test_ids_that_nobody_knows_any_more_are_missing_and_stay() -> None:
    told = network(AROUND | {"groups": [], "subnets": []})
    assert told["security_groups"] == [{"id": "sg-1", "egress": [], "found": "missing"}]
    assert told["subnets"][0]["found"] == "missing"


def test_a_network_that_may_not_be_read_is_unread() -> None:
    observation = seen("functions", raw(function=listed(VpcConfig=PLACE), network=DENIED))
    assert "network" not in observation.sections
    assert observation.unread["network"] == DENIED


def test_settings_of_a_region_show_the_headroom_coarsely() -> None:
    limits = {"TotalCodeSize": 1000, "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 900}
    answer = {"AccountLimit": limits, "AccountUsage": {"TotalCodeSize": 637, "FunctionCount": 12}}
    observation = seen("settings", {"account": ACCOUNT, "region": REGION, "settings": answer})
    assert (observation.kind, observation.native_id) == (Kind.ACCOUNT, f"{ACCOUNT}/{REGION}")
    assert observation.sections["limits"] == {
        "concurrent": 1000,
        "unreserved": 900,
        "code_bytes": 1000,
        "code_used_percent": 60,
    }
    assert not observation.core_read


@pytest.mark.parametrize(
    ("selectors", "told"),
    [
        (
            {"EventSelectors": [{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}]}]},
            "all",
        ),
        ({"EventSelectors": [{"DataResources": [{"Type": "AWS::Lambda::Function", "Values": [CHECKOUT]}]}]}, "some"),
        (
            {
                "AdvancedEventSelectors": [
                    {"FieldSelectors": [{"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}]}
                ]
            },
            "all",
        ),
        ({"EventSelectors": [{"DataResources": []}]}, "none"),
        (DENIED, "unknown"),
    ],
)
def test_trails_tell_whose_calls_they_record(selectors: Any, told: str) -> None:
    entry = {
        "account": ACCOUNT,
        "region": REGION,
        "settings": {"AccountLimit": {}},
        "layers": [],
        "recorders": [],
        "trails": [{"TrailARN": "arn:t", "Name": "t", "Selectors": selectors}],
    }
    [trail] = seen("settings", entry).sections["audit"]["trails"]
    assert trail["data_events"] == told


LEFT_OUT = {"recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}


@pytest.mark.parametrize(
    ("group", "functions"),
    [
        ({"allSupported": True}, True),
        ({"allSupported": False, "resourceTypes": ["AWS::Lambda::Function"]}, True),
        ({"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}, False),
        (LEFT_OUT | {"exclusionByResourceTypes": {"resourceTypes": ["AWS::S3::Bucket"]}}, True),
        (LEFT_OUT | {"exclusionByResourceTypes": {"resourceTypes": ["AWS::Lambda::Function"]}}, False),
    ],
    ids=["everything", "functions", "others", "all but others", "all but functions"],
)
def test_recorders_tell_whether_they_record_functions(group: dict[str, Any], functions: bool) -> None:
    entry = {
        "account": ACCOUNT,
        "region": REGION,
        "settings": {"AccountLimit": {}},
        "layers": [],
        "trails": [],
        "recorders": [{"name": "default", "recordingGroup": group}],
    }
    assert seen("settings", entry).sections["audit"]["recorders"] == [{"name": "default", "functions": functions}]


def test_an_account_has_the_policies_above_it_level_by_level() -> None:
    content = {
        "PolicySummary": {"Id": "p-1", "Name": "FullAccess"},
        "Content": policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
    }
    levels = [{"target": ACCOUNT, "policies": {"SERVICE_CONTROL_POLICY": [content], "RESOURCE_CONTROL_POLICY": []}}]
    organisation = {"Organization": {"Id": "o-1", "MasterAccountId": "1" * 12, "FeatureSet": "ALL"}}
    entry = {"account": ACCOUNT, "aliases": ["acme-prod"], "organisation": organisation, "guardrails": levels}
    observation = seen("account", entry)
    assert observation.name == "acme-prod"
    assert observation.sections["organisation"] == {"id": "o-1", "management": "1" * 12, "features": "ALL"}
    [level] = observation.sections["guardrails"]["levels"]
    assert (level["target"], level["service"][0]["name"], level["resource"]) == (ACCOUNT, "FullAccess", [])


PAGE = f"arn:aws:lambda:{REGION}:{ACCOUNT}:web-function/page"


def web(**changes: Any) -> dict[str, Any]:
    running = {"executionRoleArn": ROLE, "timeoutSeconds": 60, "environmentVariables": []}
    revision = {
        "revisionId": "rev-1",
        "createdAt": "2026-01-01",
        "serviceConfig": running,
        "buildConfig": {"runtimeConfig": {"runtime": "nodejs22.x"}},
    }
    endpoint = {
        "endpointArn": PAGE + "/main",
        "endpointName": "main",
        "domainName": "p.on.aws",
        "authType": "ApplicationManaged",
    }
    return {
        "account": ACCOUNT,
        "region": REGION,
        "function": {"functionName": "page", "functionArn": PAGE, "state": "Active"},
        "endpoints": [endpoint],
        "revisions": [revision],
        "policy": {},
        "tags": {"a": "b"},
        "connectors": {},
        **changes,
    }


def test_a_web_function_is_a_function_whose_endpoint_may_know_no_iam() -> None:
    observation = seen("web functions", web())
    assert (observation.kind, observation.sections["config"]["kind"]) == (Kind.FUNCTION, "Web Function")
    [point] = observation.sections["entry_points"]["entry_points"]
    assert (point["kind"], point["auth"], point["url"]) == ("web endpoint", "ApplicationManaged", "https://p.on.aws")
    assert observation.sections["identity"]["identities"][0]["id"] == ROLE
    assert observation.sections["network"]["attached"] is False
    assert observation.sections["access"] == {"policies": []}
    assert observation.unread == {}


def test_a_web_function_whose_revisions_are_denied_keeps_what_was_known() -> None:
    observation = seen("web functions", web(revisions=DENIED))
    assert {"config", "identity", "environment", "network"} <= observation.unread.keys()
    assert "entry_points" in observation.sections
