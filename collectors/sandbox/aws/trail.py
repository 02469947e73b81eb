"""What is on record: CloudTrail (API 2013-11-01) and the recorders of AWS Config (API 2014-11-12)."""

import json
from datetime import UTC, datetime
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import FRANKFURT, MANAGEMENT
from collectors.sandbox.estate.aws.records import records_functions, trails
from collectors.sandbox.estate.aws.trail import TrailEvent

Wire = dict[str, Any]
PAGE = 50


def lookup_events(asked: Asked) -> Wire:
    """Newest first. One attribute at most, as AWS demands."""
    attributes = asked.several("LookupAttributes")
    if len(attributes) > 1:
        raise Refused("You can use only one attribute.", code="InvalidLookupAttributesException")
    events = asked.state.events(asked.account, asked.region)
    start, end = _moment(asked, "StartTime"), _moment(asked, "EndTime")
    events = [
        event
        for event in events
        if (start is None or asked.state.time(event.hours) >= start)
        and (end is None or asked.state.time(event.hours) <= end)
        and all(_fits(event, one["AttributeKey"], one["AttributeValue"]) for one in attributes)
    ]
    page, following = asked.page(events, "NextToken", "MaxResults", PAGE, PAGE)
    answer: Wire = {"Events": [_event(asked, event) for event in page]}
    return answer | {"NextToken": following} if following else answer


def _moment(asked: Asked, name: str) -> datetime | None:
    given = asked.params.get(name)
    return None if given is None else datetime.fromtimestamp(float(given), UTC)


def _fits(event: TrailEvent, key: str, value: str) -> bool:
    match key:
        case "EventId":
            return event.id == value
        case "EventName":
            return event.name == value
        case "EventSource":
            return event.source == value
        case "Username":
            return event.user_name == value
        case "ReadOnly":
            return value == "false"
        case "ResourceName":
            return any(name == value for _, name in event.resources)
        case "ResourceType":
            return any(kind == value for kind, _ in event.resources)
        case "AccessKeyId":
            return bool(event.actor.identity(event.account, "")["accessKeyId"] == value)
        case _:
            raise Refused(f"{key} is not a lookup attribute.", code="InvalidLookupAttributesException")


def _event(asked: Asked, event: TrailEvent) -> Wire:
    record = event.record(asked.state.base)
    return {
        "EventId": event.id,
        "EventName": event.name,
        "ReadOnly": "false",
        "AccessKeyId": record["userIdentity"]["accessKeyId"],
        "EventTime": asked.state.time(event.hours),
        "EventSource": event.source,
        "Username": event.user_name,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }


def describe_trails(asked: Asked) -> Wire:
    return {
        "trailList": [
            {
                "Name": trail.name,
                "TrailARN": trail.arn,
                "S3BucketName": f"larkfield-{trail.name}",
                "IncludeGlobalServiceEvents": True,
                "IsMultiRegionTrail": True,
                "HomeRegion": FRANKFURT,
                "LogFileValidationEnabled": True,
                "HasCustomEventSelectors": bool(trail.functions),
                "IsOrganizationTrail": trail.account == MANAGEMENT,
            }
            for trail in trails(asked.account)
        ]
    }


def get_event_selectors(asked: Asked) -> Wire:
    wanted = asked.text("TrailName")
    for trail in trails(asked.account):
        if wanted in (trail.name, trail.arn):
            recorded = [{"Type": "AWS::Lambda::Function", "Values": list(trail.functions)}] if trail.functions else []
            selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": recorded}
            return {"TrailARN": trail.arn, "EventSelectors": [selector]}
    raise Refused(f"Unknown trail: {wanted}", code="TrailNotFoundException")


CLOUDTRAIL = AwsService(
    name="cloudtrail",
    scope="cloudtrail",
    protocol="json",
    operations={
        "LookupEvents": lookup_events,
        "DescribeTrails": describe_trails,
        "GetEventSelectors": get_event_selectors,
    },
)


def describe_recorders(asked: Asked) -> Wire:
    recorded = records_functions(asked.account, asked.region)
    if recorded is None:
        return {"ConfigurationRecorders": []}
    group: Wire = {"allSupported": recorded, "includeGlobalResourceTypes": False, "resourceTypes": []}
    if not recorded:
        group |= {
            "exclusionByResourceTypes": {"resourceTypes": ["AWS::Lambda::Function"]},
            "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
        }
    role = f"arn:aws:iam::{asked.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    return {"ConfigurationRecorders": [{"name": "default", "roleARN": role, "recordingGroup": group}]}


CONFIG = AwsService(
    name="config",
    scope="config",
    protocol="json",
    operations={"DescribeConfigurationRecorders": describe_recorders},
)
