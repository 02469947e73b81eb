"""What to run in a cloud so that it delivers its events to a receiver: text to paste, for the page and the docs."""

from __future__ import annotations

from dataclasses import dataclass

from collectors.models import Receiver
from collectors.receiving.sender import HEADER

SECRET = "THE-SECRET"  # noqa: S105 - stands where people put theirs


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the commands that do it."""

    title: str
    text: str


def steps(receiver: Receiver, address: str, secret: str = "") -> list[Step]:
    """The steps for a receiver at an address; the secret stands in them only while it is shown."""
    made = {"aws": _aws, "gcp": _gcp, "azure": _azure}[receiver.provider]
    account = receiver.account.native_id if receiver.account else ""
    return made(receiver, address, secret or SECRET, account)


def _aws(receiver: Receiver, address: str, secret: str, account: str) -> list[Step]:
    pattern = (
        '{"source":["aws.lambda","aws.iam"],"detail-type":["AWS API Call via CloudTrail"],'
        '"detail":{"eventSource":["lambda.amazonaws.com","iam.amazonaws.com"],"readOnly":[false]}}'
    )
    whose = account or "YOUR-ACCOUNT"
    cli = f"""# In each region that is read; IAM's events come in us-east-1. CloudTrail must log management events.
aws events create-connection --name fanlight --authorization-type API_KEY \\
  --auth-parameters 'ApiKeyAuthParameters={{ApiKeyName={HEADER},ApiKeyValue={secret}}}'
aws events create-api-destination --name fanlight --http-method POST \\
  --connection-arn "$(aws events describe-connection --name fanlight --query ConnectionArn --output text)" \\
  --invocation-endpoint {address} --invocation-rate-limit-per-second 10
aws events put-rule --name fanlight --event-pattern '{pattern}'
aws iam create-role --role-name fanlight-events --assume-role-policy-document \\
  '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"events.amazonaws.com"}},\
"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"aws:SourceAccount":"{whose}"}}}}}}]}}'
DESTINATION="$(aws events describe-api-destination --name fanlight --query ApiDestinationArn --output text)"
aws iam put-role-policy --role-name fanlight-events --policy-name invoke --policy-document \\
  '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"events:InvokeApiDestination",\
"Resource":"'"$DESTINATION"'"}}]}}'
aws events put-targets --rule fanlight \\
  --targets "Id=fanlight,Arn=$DESTINATION,RoleArn=arn:aws:iam::{whose}:role/fanlight-events"
"""
    return [Step("With the AWS command line", cli), Step("With Terraform", _terraform(address))]


def _terraform(address: str) -> str:
    return f"""resource "aws_cloudwatch_event_connection" "fanlight" {{
  name               = "fanlight"
  authorization_type = "API_KEY"
  auth_parameters {{
    api_key {{
      key   = "{HEADER}"
      value = var.fanlight_secret
    }}
  }}
}}
resource "aws_cloudwatch_event_api_destination" "fanlight" {{
  name                             = "fanlight"
  invocation_endpoint              = "{address}"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 10
  connection_arn                   = aws_cloudwatch_event_connection.fanlight.arn
}}
resource "aws_cloudwatch_event_rule" "fanlight" {{
  name          = "fanlight"
  event_pattern = jsonencode({{
    source        = ["aws.lambda", "aws.iam"]
    "detail-type" = ["AWS API Call via CloudTrail"]
    detail = {{
      eventSource = ["lambda.amazonaws.com", "iam.amazonaws.com"]
      readOnly    = [false]
    }}
  }})
}}
data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRole"]
    principals {{
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }}
  }}
}}
data "aws_iam_policy_document" "invoke" {{
  statement {{
    actions   = ["events:InvokeApiDestination"]
    resources = [aws_cloudwatch_event_api_destination.fanlight.arn]
  }}
}}
resource "aws_iam_role" "fanlight" {{
  name               = "fanlight-events"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}}
resource "aws_iam_role_policy" "fanlight" {{
  role   = aws_iam_role.fanlight.name
  policy = data.aws_iam_policy_document.invoke.json
}}
resource "aws_cloudwatch_event_target" "fanlight" {{
  rule     = aws_cloudwatch_event_rule.fanlight.name
  arn      = aws_cloudwatch_event_api_destination.fanlight.arn
  role_arn = aws_iam_role.fanlight.arn
}}
"""


def _gcp(receiver: Receiver, address: str, secret: str, account: str) -> list[Step]:
    project = account or "YOUR-PROJECT"
    services = " OR ".join(
        f'"{name}.googleapis.com"' for name in ("cloudfunctions", "run", "iam", "cloudresourcemanager")
    )
    text = f"""gcloud pubsub topics create fanlight --project {project}
gcloud logging sinks create fanlight pubsub.googleapis.com/projects/{project}/topics/fanlight --project {project} \\
  --log-filter 'log_id("cloudaudit.googleapis.com/activity") AND protoPayload.serviceName=({services})'
gcloud pubsub topics add-iam-policy-binding fanlight --project {project} --role roles/pubsub.publisher \\
  --member "$(gcloud logging sinks describe fanlight --project {project} --format 'value(writerIdentity)')"
# The account whose token comes with each push; it needs no role:
gcloud iam service-accounts create {receiver.sender.partition("@")[0]} --project {project}
gcloud pubsub subscriptions create fanlight --project {project} --topic fanlight --ack-deadline 30 \\
  --message-retention-duration 1h --expiration-period never --push-endpoint {address} \\
  --push-auth-service-account {receiver.sender} --push-auth-token-audience {receiver.audience or address}
"""
    return [Step("With gcloud", text)]


def _azure(receiver: Receiver, address: str, secret: str, account: str) -> list[Step]:
    types = " ".join(f"Microsoft.Resources.Resource{what}Success" for what in ("Write", "Delete", "Action"))
    entra = (
        f"""  --azure-active-directory-tenant-id {receiver.tenant} \\
  --azure-active-directory-application-id-or-uri {receiver.audience or address} \\
"""
        if receiver.tenant
        else f"""  --delivery-attribute-mapping {HEADER} static {secret} true \\
"""
    )
    text = f"""az eventgrid event-subscription create --name fanlight \\
  --source-resource-id /subscriptions/{account or "YOUR-SUBSCRIPTION"} \\
  --endpoint-type webhook --endpoint {address} \\
  --included-event-types {types} \\
{entra}  --advanced-filter data.operationName StringBeginsWith Microsoft.Web/ Microsoft.Authorization/ \\
    Microsoft.ManagedIdentity/
"""
    return [Step("With the Azure command line", text)]
