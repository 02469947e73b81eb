"""Keys (KMS, API 2014-11-01), log groups (CloudWatch Logs, API 2014-03-28), tags (Tagging API 2017-01-26)."""

from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.assets import KEYS

Wire = dict[str, Any]


def describe_key(asked: Asked) -> Wire:
    wanted = asked.text("KeyId")
    for key in KEYS:
        here = key.account == asked.account and key.region == asked.region
        if wanted != key.arn and not (here and wanted == key.id):
            continue
        if key.refused or not here:
            break
        answer: Wire = {
            "AWSAccountId": key.account,
            "KeyId": key.id,
            "Arn": key.arn,
            "CreationDate": asked.state.time(-20_000),
            "Enabled": key.state == "Enabled",
            "Description": key.name,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": key.state,
            "Origin": "AWS_KMS",
            "KeyManager": key.owner,
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": False,
        }
        deletion = {} if key.deletion is None else {"DeletionDate": asked.state.time(key.deletion)}
        return {"KeyMetadata": answer | deletion}
    else:
        if f":{asked.account}:" in wanted or not wanted.startswith("arn:"):
            raise Refused(f"Key '{wanted}' does not exist", code="NotFoundException")
    raise Refused(f"User is not authorized to perform: kms:DescribeKey on resource: {wanted}", "denied")


KMS = AwsService(name="kms", scope="kms", protocol="json", operations={"DescribeKey": describe_key})


def describe_log_groups(asked: Asked) -> Wire:
    prefix, pattern = asked.text("logGroupNamePrefix"), asked.text("logGroupNamePattern")
    groups = [
        group
        for group in asked.state.log_groups(asked.account, asked.region)
        if group["logGroupName"].startswith(prefix) and pattern in group["logGroupName"]
    ]
    page, following = asked.page(groups, "nextToken", "limit", 50, 50)
    return {"logGroups": page, "nextToken": following} if following else {"logGroups": page}


LOGS = AwsService(name="logs", scope="logs", protocol="json", operations={"DescribeLogGroups": describe_log_groups})


def get_resources(asked: Asked) -> Wire:
    """Only functions are tagged here, and only those with tags are listed."""
    kinds, arns = asked.several("ResourceTypeFilters"), asked.several("ResourceARNList")
    wanted = not kinds or {"lambda", "lambda:function"} & set(kinds)
    tagged = [one for one in asked.state.functions(asked.account, asked.region) if one.tags and wanted]
    for rule in asked.several("TagFilters"):
        values = rule.get("Values", [])
        tagged = [one for one in tagged if rule["Key"] in one.tags and (not values or one.tags[rule["Key"]] in values)]
    tagged = [one for one in tagged if not arns or one.arn in arns]
    page, following = asked.page(tagged, "PaginationToken", "ResourcesPerPage", 50, 100)
    mappings = [
        {
            "ResourceARN": one.arn,
            "Tags": [{"Key": name, "Value": one.tags[name]} for name in asked.state.in_turn(sorted(one.tags))],
        }
        for one in page
    ]
    return {"ResourceTagMappingList": mappings, "PaginationToken": following or ""}


TAGGING = AwsService(
    name="resourcegroupstaggingapi", scope="tagging", protocol="json", operations={"GetResources": get_resources}
)
