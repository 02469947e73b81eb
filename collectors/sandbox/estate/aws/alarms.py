"""Alarms of CloudWatch that watch functions: of one, of an alias, of a share of its calls, of all, and by a query."""

from typing import Any

from collectors.sandbox.estate.aws.accounts import DEV, FRANKFURT, IRELAND, PAYMENTS, SHOP

Wire = dict[str, Any]

_ON_CALL = "on-call"


def _topic(account: str, region: str) -> list[str]:
    return [f"arn:aws:sns:{region}:{account}:{_ON_CALL}"]


def _alarm(place: tuple[str, str], name: str, tells: bool = True, **more: Any) -> Wire:
    account, region = place
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
        "ActionsEnabled": tells,
        "AlarmActions": _topic(account, region),
        "OKActions": [],
        "StateValue": "OK",
        "StateReason": "Threshold not crossed",
        **more,
    }


def _on(metric: str, limit: float, function: str = "", alias: str = "", statistic: str = "Sum") -> Wire:
    dimensions = [{"Name": "FunctionName", "Value": function}] if function else []
    if alias:
        dimensions.append({"Name": "Resource", "Value": f"{function}:{alias}"})
    return {
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": dimensions,
        "Statistic": statistic,
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": limit,
        "ComparisonOperator": "GreaterThanThreshold",
    }


def _query(number: str, expression: str) -> Wire:
    return {"Id": number, "Expression": expression, "Period": 300, "ReturnData": True}


def _share_of_errors(function: str) -> list[Wire]:
    """Errors for each hundred calls, as an expression over two metrics."""
    named = [{"Name": "FunctionName", "Value": function}]
    metrics: list[Wire] = [
        {
            "Id": metric.lower(),
            "MetricStat": {
                "Metric": {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": named},
                "Period": 300,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }
        for metric in ("Errors", "Invocations")
    ]
    return [*metrics, _query("share", "100 * errors / invocations")]


_SHOP, _PAYMENTS, _DEV = (SHOP, FRANKFURT), (PAYMENTS, FRANKFURT), (DEV, IRELAND)

METRIC_ALARMS: dict[tuple[str, str], tuple[Wire, ...]] = {
    _SHOP: (
        _alarm(_SHOP, "checkout errors", **_on("Errors", 0, "checkout-api", "live")),
        _alarm(_SHOP, "checkout throttled", tells=False, **_on("Throttles", 0, "checkout-api")),
        _alarm(_SHOP, "checkout slow", **_on("Duration", 24000, "checkout-api", statistic="Maximum")),
        _alarm(_SHOP, "mails fail", tells=False, **_on("Errors", 3, "mailer")),
        _alarm(_SHOP, "invoices fail", Threshold=5.0, ComparisonOperator="GreaterThanThreshold",
               Metrics=_share_of_errors("invoices")),
        _alarm(_SHOP, "orders wait", Namespace="AWS/SQS", MetricName="ApproximateAgeOfOldestMessage",
               Dimensions=[{"Name": "QueueName", "Value": "invoices"}], Threshold=600.0),
    ),
    _PAYMENTS: (_alarm(_PAYMENTS, "any function throttled", **_on("Throttles", 10)),),
    _DEV: (
        _alarm(_DEV, "anything fails", Threshold=0.0, ComparisonOperator="GreaterThanThreshold",
               Metrics=[_query("q", 'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)')]),
    ),
}  # fmt: skip
COMPOSITE_ALARMS: dict[tuple[str, str], tuple[Wire, ...]] = {
    _SHOP: (_alarm(_SHOP, "checkout is ill", AlarmRule='ALARM("checkout errors") OR ALARM("checkout throttled")'),),
}
