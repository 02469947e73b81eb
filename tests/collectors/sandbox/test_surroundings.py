"""Calls about what surrounds functions: networks, gateways, logs, the organisation."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from collectors.sandbox.estate.aws.accounts import (
    DEV,
    EMPTY_REGION,
    FRANKFURT,
    IRELAND,
    OPTED_OUT,
    PAYMENTS,
    SHOP,
    SYDNEY,
    VIRGINIA,
)
from collectors.sandbox.estate.aws.assets import (
    BROKER_SECRET,
    DISABLED_KEY,
    DYING_KEY,
    FOREIGN_KEY,
    LOCKED_KEY,
    SHOP_KEY,
    TURNED_SECRET,
)
from tests.collectors.sandbox.conftest import Connect
from tests.collectors.sandbox.test_functions import CHECKOUT, code_of, every


def test_regions_tell_which_are_opted_in(aws: Connect) -> None:
    assert OPTED_OUT not in {one["RegionName"] for one in aws("ec2").describe_regions()["Regions"]}
    states = {one["RegionName"]: one["OptInStatus"] for one in aws("ec2").describe_regions(AllRegions=True)["Regions"]}
    assert states[OPTED_OUT] == "not-opted-in" and states[FRANKFURT] == "opt-in-not-required"


def test_the_places_of_functions_lead_to_subnets_groups_and_routes(aws: Connect) -> None:
    place = aws("lambda").get_function_configuration(FunctionName="invoices")["VpcConfig"]
    ec2 = aws("ec2")
    subnets = ec2.describe_subnets(SubnetIds=place["SubnetIds"])["Subnets"]
    assert {one["VpcId"] for one in subnets} == {place["VpcId"]} and len(subnets) == 2
    (group,) = ec2.describe_security_groups(GroupIds=place["SecurityGroupIds"])["SecurityGroups"]
    assert group["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    wanted = [{"Name": "association.subnet-id", "Values": place["SubnetIds"]}]
    (table,) = ec2.describe_route_tables(Filters=wanted)["RouteTables"]
    (nat,) = {route["NatGatewayId"] for route in table["Routes"] if "NatGatewayId" in route}
    (gateway,) = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert gateway["ConnectivityType"] == "public"


def test_a_subnet_without_a_table_of_its_own_follows_the_main_one(aws: Connect) -> None:
    ec2 = aws("ec2")
    by_name = {subnet["Tags"][0]["Value"]: subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]}
    wanted = [{"Name": "association.subnet-id", "Values": [by_name["isolated-b"]]}]
    assert ec2.describe_route_tables(Filters=wanted)["RouteTables"] == []
    (main,) = ec2.describe_route_tables(Filters=[{"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    assert not any("NatGatewayId" in route for route in main["Routes"])


def test_the_rest_of_the_network_is_told(aws: Connect) -> None:
    ec2 = aws("ec2")
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    here = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    kinds = {one["VpcEndpointType"] for one in ec2.describe_vpc_endpoints(Filters=here)["VpcEndpoints"]}
    assert kinds == {"Gateway", "Interface"}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    assert len(ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]) == 1
    (acl,) = ec2.describe_network_acls(Filters=here)["NetworkAcls"]
    assert acl["IsDefault"] and {entry["RuleAction"] for entry in acl["Entries"]} == {"allow", "deny"}
    lists = {one["PrefixListName"]: one["PrefixListId"] for one in ec2.describe_managed_prefix_lists()["PrefixLists"]}
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=lists["partners"])["Entries"]
    assert {"Cidr": "198.51.100.0/28", "Description": "carrier"} in entries


def test_the_network_is_told_in_pages_where_asked(aws: Connect) -> None:
    found = every(aws("ec2"), "describe_security_groups", "SecurityGroups", PaginationConfig={"PageSize": 5})
    assert len({group["GroupId"] for group in found}) == len(found) == 7


def test_unknown_network_parts_and_filters_are_refused(aws: Connect) -> None:
    with pytest.raises(ClientError) as error:
        aws("ec2").describe_subnets(SubnetIds=["subnet-0"])
    assert code_of(error) == "InvalidSubnetID.NotFound"
    with pytest.raises(ClientError) as wrong:
        aws("ec2").describe_subnets(Filters=[{"Name": "colour", "Values": ["red"]}])
    assert code_of(wrong) == "InvalidParameterValue"


def test_an_empty_region_is_empty(aws: Connect) -> None:
    assert aws("lambda", SHOP, EMPTY_REGION).list_functions()["Functions"] == []
    assert aws("ec2", SHOP, EMPTY_REGION).describe_vpcs()["Vpcs"] == []


def test_keys_tell_their_state(aws: Connect) -> None:
    states = {
        key.name: aws("kms", key.account, key.region).describe_key(KeyId=key.arn)["KeyMetadata"]["KeyState"]
        for key in (SHOP_KEY, DYING_KEY, DISABLED_KEY)
    }
    assert states == {"functions": "Enabled", "invoices": "PendingDeletion", "old": "Disabled"}
    assert "DeletionDate" in aws("kms").describe_key(KeyId=DYING_KEY.id)["KeyMetadata"]


def test_a_locked_foreign_or_missing_key_is_refused(aws: Connect) -> None:
    for account, wanted, code in (
        (PAYMENTS, LOCKED_KEY.arn, "AccessDeniedException"),
        (PAYMENTS, FOREIGN_KEY.arn, "AccessDeniedException"),
        (SHOP, "11111111-2222-3333-4444-555555555555", "NotFoundException"),
    ):
        with pytest.raises(ClientError) as error:
            aws("kms", account).describe_key(KeyId=wanted)
        assert code_of(error) == code


def test_log_groups_tell_retention_and_some_are_missing(big_aws: Connect) -> None:
    groups = {one["logGroupName"]: one for one in every(big_aws("logs"), "describe_log_groups", "logGroups")}
    assert len(groups) > 50 and len(big_aws("logs").describe_log_groups()["logGroups"]) == 50
    assert "retentionInDays" not in groups["/aws/lambda/mailer"]
    assert "/larkfield/batch" not in groups
    assert any("retentionInDays" in group for group in groups.values())
    found = big_aws("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/mail")["logGroups"]
    assert [one["logGroupName"] for one in found] == ["/aws/lambda/mailer"]


def test_tags_come_in_bulk_for_functions_that_have_some(big_aws: Connect) -> None:
    client = big_aws("resourcegroupstaggingapi")
    assert len(client.get_resources(ResourceTypeFilters=["lambda:function"])["ResourceTagMappingList"]) == 50
    found = every(client, "get_resources", "ResourceTagMappingList", ResourceTypeFilters=["lambda:function"])
    tags = {one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in found}
    assert tags[CHECKOUT]["owner"] == "checkout" and all(tags.values())
    chosen = client.get_resources(TagFilters=[{"Key": "owner", "Values": ["checkout"]}])["ResourceTagMappingList"]
    assert CHECKOUT in {one["ResourceARN"] for one in chosen}
    assert client.get_resources(ResourceTypeFilters=["s3:bucket"])["ResourceTagMappingList"] == []


def test_http_apis_lead_to_functions_with_and_without_sign_in(aws: Connect) -> None:
    client = aws("apigatewayv2")
    apis = {one["Name"]: one["ApiId"] for one in client.get_apis()["Items"]}
    routes = {one["RouteKey"]: one for one in client.get_routes(ApiId=apis["storefront"])["Items"]}
    assert routes["GET /catalog"]["AuthorizationType"] == "NONE"
    integrations = {one["IntegrationId"]: one for one in client.get_integrations(ApiId=apis["storefront"])["Items"]}
    target = integrations[routes["POST /checkout"]["Target"].removeprefix("integrations/")]
    assert target["IntegrationUri"] == f"{CHECKOUT}:live"
    (authorizer,) = client.get_authorizers(ApiId=apis["storefront"])["Items"]
    assert routes["POST /checkout"]["AuthorizerId"] == authorizer["AuthorizerId"]
    with pytest.raises(ClientError) as error:
        client.get_routes(ApiId="nobody")
    assert code_of(error) == "NotFoundException"


def test_rest_apis_show_methods_only_when_asked(aws: Connect) -> None:
    client = aws("apigateway", SHOP, IRELAND)
    (api,) = every(client, "get_rest_apis", "items")
    bare = client.get_resources(restApiId=api["id"])["items"][1]["resourceMethods"]["GET"]
    assert "authorizationType" not in bare
    method = client.get_resources(restApiId=api["id"], embed=["methods"])["items"][1]["resourceMethods"]["GET"]
    assert (method["authorizationType"], method["apiKeyRequired"]) == ("NONE", True)
    assert ":legacy-orders/invocations" in method["methodIntegration"]["uri"]
    (private,) = aws("apigateway", PAYMENTS).get_rest_apis()["items"]
    assert private["endpointConfiguration"]["types"] == ["PRIVATE"] and "policy" in private


def test_load_balancers_lead_to_functions(aws: Connect) -> None:
    client = aws("elbv2")
    (group,) = every(client, "describe_target_groups", "TargetGroups")
    (health,) = client.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    assert health["Target"]["Id"].endswith(":storefront-ssr")
    (balancer,) = client.describe_load_balancers(LoadBalancerArns=group["LoadBalancerArns"])["LoadBalancers"]
    assert balancer["Scheme"] == "internet-facing"
    (listener,) = client.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert listener["DefaultActions"][0]["TargetGroupArn"] == group["TargetGroupArn"]
    rules = client.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    assert [rule["IsDefault"] for rule in rules] == [False, True]
    assert aws("elbv2", DEV).describe_load_balancers()["LoadBalancers"][0]["Scheme"] == "internal"


def test_rules_schedules_and_topics_agree_with_the_policies_of_functions(aws: Connect) -> None:
    events = aws("events")
    janitor = f"arn:aws:lambda:{FRANKFURT}:{SHOP}:function:janitor"
    assert events.list_rule_names_by_target(TargetArn=janitor)["RuleNames"] == ["janitor-nightly"]
    assert "janitor-nightly" in {rule["Name"] for rule in every(events, "list_rules", "Rules")}
    assert [one["Arn"] for one in events.list_targets_by_rule(Rule="janitor-nightly")["Targets"]] == [janitor]
    assert [one["Name"] for one in events.list_event_buses()["EventBuses"]] == ["default"]
    (schedule,) = aws("scheduler", SHOP, IRELAND).list_schedules()["Schedules"]
    assert schedule["Target"]["Arn"].endswith(":nightly-reindex")
    topics = {one["Endpoint"]: one["TopicArn"] for one in every(aws("sns"), "list_subscriptions", "Subscriptions")}
    assert topics[janitor.replace("janitor", "mailer")].endswith(":mails")


def trail(client: Any, **request: Any) -> list[Any]:
    return every(client, "lookup_events", "Events", **request)


def test_the_trail_tells_who_deployed(sandbox: Any, aws: Connect) -> None:
    wanted = [{"AttributeKey": "ResourceName", "AttributeValue": "checkout-api"}]
    (event,) = trail(aws("cloudtrail"), LookupAttributes=wanted)
    assert (event["EventName"], event["Username"]) == ("UpdateFunctionCode20150331v2", "on-call-engineer")
    record = json.loads(event["CloudTrailEvent"])
    assert record["userIdentity"]["arn"].startswith(f"arn:aws:sts::{SHOP}:assumed-role/")
    assert record["sourceIPAddress"] and record["requestID"] and record["eventID"] == event["EventId"]
    assert event["EventTime"] == sandbox.estate.base - timedelta(hours=70)


def test_the_trail_is_newest_first_and_within_its_span(big_sandbox: Any, big_aws: Connect) -> None:
    client = big_aws("cloudtrail")
    times = [event["EventTime"] for event in trail(client)]
    assert times == sorted(times, reverse=True) and len(times) > 20
    assert len(client.lookup_events(MaxResults=5)["Events"]) == 5
    start = big_sandbox.estate.base - timedelta(days=30)
    late = trail(client, StartTime=start, EndTime=big_sandbox.estate.base)
    assert [event["EventTime"] for event in late] == [time for time in times if time >= start]


def test_the_trail_takes_one_attribute_only(aws: Connect) -> None:
    one = {"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}
    assert trail(aws("cloudtrail"), LookupAttributes=[one])
    assert trail(aws("cloudtrail"), LookupAttributes=[one | {"AttributeValue": "s3.amazonaws.com"}]) == []
    with pytest.raises(ClientError) as error:
        aws("cloudtrail").lookup_events(LookupAttributes=[one, one])
    assert code_of(error) == "InvalidLookupAttributesException"


def test_metrics_tell_how_often_functions_are_called(sandbox: Any, aws: Connect) -> None:
    def query(number: int, metric: str, name: str) -> Any:
        told = {"Namespace": "AWS/Lambda", "MetricName": metric,
                "Dimensions": [{"Name": "FunctionName", "Value": name}]}  # fmt: skip
        return {"Id": f"q{number}", "MetricStat": {"Metric": told, "Period": 86400, "Stat": "Sum"}}

    base = sandbox.estate.base
    asked = [query(0, "Invocations", "checkout-api"), query(1, "Errors", "checkout-api"),
             query(2, "Invocations", "nobody")]  # fmt: skip
    answer = aws("cloudwatch").get_metric_data(
        MetricDataQueries=asked, StartTime=base - timedelta(days=92), EndTime=base + timedelta(days=1)
    )
    calls, errors, none = answer["MetricDataResults"]
    assert len(calls["Values"]) > 10 and max(calls["Timestamps"]) <= base
    assert sum(errors["Values"]) < sum(calls["Values"])
    assert none["Values"] == []
    idle = aws("cloudwatch", region=SYDNEY).get_metric_data(
        MetricDataQueries=[query(0, "Invocations", "seasonal-offers")],
        StartTime=base - timedelta(days=92),
        EndTime=base,
    )
    assert idle["MetricDataResults"][0]["Values"] == []
    assert idle["MetricDataResults"][0]["StatusCode"] == "Complete"


def test_alarms_come_by_kind_and_in_pages(aws: Connect) -> None:
    cloudwatch, both = aws("cloudwatch"), ["MetricAlarm", "CompositeAlarm"]
    assert cloudwatch.describe_alarms()["CompositeAlarms"] == []
    paginator = cloudwatch.get_paginator("describe_alarms")
    pages = list(paginator.paginate(AlarmTypes=both, PaginationConfig={"PageSize": 2}))
    named = [alarm["AlarmName"] for page in pages for kind in both for alarm in page[f"{kind}s"]]
    assert len(pages) == 4 and {"checkout errors", "checkout is ill", "orders wait"} <= set(named)
    assert len(named) == len(set(named)) == 7
    assert aws("cloudwatch", region=EMPTY_REGION).describe_alarms(AlarmTypes=both)["MetricAlarms"] == []


def test_what_feeds_functions_tells_its_policy(aws: Connect) -> None:
    topic = f"arn:aws:sns:{FRANKFURT}:{SHOP}:mails"
    policy = json.loads(aws("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert policy["Statement"][0]["Condition"] == {"StringEquals": {"AWS:SourceOwner": SHOP}}
    queue = f"https://sqs.{FRANKFURT}.amazonaws.com/{SHOP}/invoices"
    told = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["Policy"])["Attributes"]
    assert json.loads(told["Policy"])["Statement"][0]["Principal"] == "*"
    s3 = aws("s3")
    assert "s3:PutObject" in s3.get_bucket_policy(Bucket="larkfield-uploads")["Policy"]
    block = s3.get_public_access_block(Bucket="larkfield-uploads")["PublicAccessBlockConfiguration"]
    assert block["RestrictPublicBuckets"] is True
    with pytest.raises(ClientError) as refused:
        s3.get_bucket_policy(Bucket="larkfield-elsewhere")
    assert code_of(refused) == "NoSuchBucketPolicy"


def test_distributions_tell_which_functions_run_at_the_edge(aws: Connect) -> None:
    cloudfront = aws("cloudfront", DEV, VIRGINIA)
    first, second = (
        page["DistributionList"]["Items"][0]
        for page in cloudfront.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": 1})
    )
    assert (first["Id"], second["Enabled"]) == ("E1LARKDEV", False)
    [behaviour] = first["CacheBehaviors"]["Items"]
    [run] = behaviour["LambdaFunctionAssociations"]["Items"]
    assert run["LambdaFunctionARN"].endswith(":function:edge-headers:1") and run["IncludeBody"] is True
    assert aws("cloudfront", SHOP, VIRGINIA).list_distributions()["DistributionList"]["Quantity"] == 0


def test_secrets_tell_whether_they_turn_and_nothing_else(aws: Connect) -> None:
    secrets = aws("secretsmanager", DEV)
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=BROKER_SECRET.arn)
    assert secrets.describe_secret(SecretId=TURNED_SECRET.arn)["RotationRules"] == {"AutomaticallyAfterDays": 30}
    with pytest.raises(ClientError) as refused:
        aws("secretsmanager").describe_secret(SecretId=BROKER_SECRET.arn)
    assert code_of(refused) == "ResourceNotFoundException"
