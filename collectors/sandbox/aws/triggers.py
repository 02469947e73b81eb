"""What calls functions: EventBridge rules (API 2015-10-07) and schedules (API 2021-06-30), SNS (API 2010-03-31)."""

import json
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Route
from collectors.sandbox.aws.feeds import get_topic_attributes
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.entrypoints import SCHEDULES
from collectors.sandbox.estate.aws.state import Delivery
from collectors.sandbox.estate.names import uuid

Wire = dict[str, Any]


def _rules(asked: Asked) -> dict[str, list[Delivery]]:
    """The functions each rule calls, by the rule's name."""
    rules: dict[str, list[Delivery]] = {}
    for delivery in asked.state.deliveries(asked.account, asked.region, "events"):
        rules.setdefault(delivery.source.rsplit("/", 1)[-1], []).append(delivery)
    return rules


def _limited(asked: Asked, key: str, things: list[Any]) -> Wire:
    page, following = asked.page(things, "NextToken", "Limit", 100, 100)
    return {key: page, "NextToken": following} if following else {key: page}


def list_rules(asked: Asked) -> Wire:
    prefix = asked.text("NamePrefix")
    rules = []
    for name, deliveries in _rules(asked).items():
        when = (
            {"ScheduleExpression": "rate(1 day)"}
            if "event" not in name
            else {"EventPattern": json.dumps({"source": ["larkfield.shop"]})}
        )
        rule = {"Name": name, "Arn": deliveries[0].source, "State": "ENABLED", "EventBusName": "default", **when}
        if name.startswith(prefix):
            rules.append(rule)
    return _limited(asked, "Rules", rules)


def list_targets_by_rule(asked: Asked) -> Wire:
    name = asked.text("Rule")
    rules = _rules(asked)
    if name not in rules:
        raise Refused(f"Rule {name} does not exist on EventBus default.", code="ResourceNotFoundException")
    targets = [{"Id": f"target-{number}", "Arn": one.target} for number, one in enumerate(rules[name], 1)]
    return _limited(asked, "Targets", targets)


def list_rule_names_by_target(asked: Asked) -> Wire:
    target = asked.text("TargetArn")
    names = [name for name, deliveries in _rules(asked).items() if any(one.target == target for one in deliveries)]
    return _limited(asked, "RuleNames", names)


def list_event_buses(asked: Asked) -> Wire:
    bus = f"arn:aws:events:{asked.region}:{asked.account}:event-bus/default"
    return _limited(asked, "EventBuses", [{"Name": "default", "Arn": bus}])


EVENTS = AwsService(
    name="events",
    scope="events",
    protocol="json",
    operations={
        "ListRules": list_rules,
        "ListTargetsByRule": list_targets_by_rule,
        "ListRuleNamesByTarget": list_rule_names_by_target,
        "ListEventBuses": list_event_buses,
    },
)


def list_schedules(asked: Asked) -> Wire:
    schedules = [
        {
            "Arn": f"arn:aws:scheduler:{region}:{account}:schedule/default/{name}",
            "Name": name,
            "GroupName": "default",
            "State": "ENABLED",
            "CreationDate": asked.state.time(-3000).timestamp(),
            "LastModificationDate": asked.state.time(-3000).timestamp(),
            "Target": {"Arn": target},
        }
        for account, region, name, target in SCHEDULES
        if (account, region) == (asked.account, asked.region) and name.startswith(asked.text("NamePrefix"))
    ]
    page, following = asked.page(schedules, "NextToken", "MaxResults", 100, 100)
    return {"Schedules": page, "NextToken": following} if following else {"Schedules": page}


SCHEDULER = AwsService(
    name="scheduler",
    scope="scheduler",
    protocol="rest-json",
    operations={"ListSchedules": list_schedules},
    routes=(Route("GET", "/schedules", "ListSchedules"),),
)


def list_subscriptions(asked: Asked) -> Wire:
    subscriptions = [
        {
            "SubscriptionArn": f"{one.source}:{uuid('subscription', one.source, one.target)}",
            "Owner": asked.account,
            "Protocol": "lambda",
            "Endpoint": one.target,
            "TopicArn": one.source,
        }
        for one in asked.state.deliveries(asked.account, asked.region, "sns")
    ]
    page, following = asked.page(subscriptions, "NextToken", "MaxResults", 100, 100)
    return {"Subscriptions": page, "NextToken": following}


SNS = AwsService(
    name="sns",
    scope="sns",
    protocol="query",
    namespace="http://sns.amazonaws.com/doc/2010-03-31/",
    operations={"ListSubscriptions": list_subscriptions, "GetTopicAttributes": get_topic_attributes},
)
