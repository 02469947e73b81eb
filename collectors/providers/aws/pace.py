"""Token buckets: as many requests as AWS grants an account, region and class of calls, and fewer once it throttles.

Rates: the quotas page of Lambda (GetPolicy 15/s, GetFunction 100/s, the other control-plane calls 15/s together), of
CloudTrail (LookupEvents 2/s) and API Gateway (10/s); the others are well below what EC2, IAM and Organizations
document.
"""

from __future__ import annotations

import threading

from collectors.pace import Bucket

#: (service, operation or "") → class of calls, and requests a second in it, a little below the quota.
_CLASSES: dict[tuple[str, str], tuple[str, float]] = {
    ("lambda", "GetPolicy"): ("lambda policy", 14.6),
    ("lambda", "GetResourcePolicy"): ("lambda policy", 14.6),
    ("lambda", ""): ("lambda", 14.6),
    ("lambda-web", ""): ("lambda", 14.6),
    ("lambda-core", ""): ("lambda", 14.6),
    ("cloudtrail", ""): ("cloudtrail", 1.8),
    ("apigateway", ""): ("apigateway", 9.0),
    ("apigatewayv2", ""): ("apigateway", 9.0),
    ("organizations", ""): ("organizations", 1.0),
    ("ec2", ""): ("ec2", 15.0),
    ("iam", ""): ("iam", 10.0),
    ("logs", ""): ("logs", 8.0),
    ("cloudwatch", ""): ("cloudwatch", 8.0),
    ("kms", ""): ("kms", 20.0),
    ("elbv2", ""): ("elbv2", 8.0),
    ("resourcegroupstaggingapi", ""): ("tagging", 10.0),
}
_OTHERS = 10.0

_buckets: dict[tuple[str, str, str], Bucket] = {}
_lock = threading.Lock()


def bucket(account: str, region: str, service: str, operation: str) -> Bucket:
    """The bucket of this process for such calls; all sessions into one account share it."""
    name, rate = _CLASSES.get((service, operation)) or _CLASSES.get((service, "")) or (service, _OTHERS)
    with _lock:
        return _buckets.setdefault((account, region, name), Bucket(rate))
