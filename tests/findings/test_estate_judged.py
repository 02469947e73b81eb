"""The sandbox's organisation, collected and judged on its last day: what was planted in it is seen as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from collectors.collect import collect_now
from collectors.models import Run
from collectors.sandbox import Sandbox
from collectors.sandbox.estate import LAST_DAY, TRAPS, Trap
from config.demo import FIRST, connect_accounts
from findings.evaluate import judge_everything
from findings.question import tell
from inventory.models import Account, ExposedBinding, Function, Posture
from inventory.search.lists import FUNCTIONS
from inventory.system_user import EVERYTHING

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)
CLAIMS = ("invoke", "deploy", "reach", "privilege", "egress", "latent")
VALID = [trap for trap in TRAPS if trap.cloud in FIRST and trap.since <= LAST_DAY <= trap.until]
#: What no collector reads yet: claims that are true and cannot be seen.
NOT_READ = {("image-resize-legacy", "invoke"): "policies of published versions"}

Place = tuple[str, str, str]


@pytest.fixture(scope="module")
def runs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Run]]:
    """Every account of the estate, collected once for all tests of this module, and committed so that it is judged."""
    with django_db_blocker.unblock():
        with Sandbox(size=40).serve(day=LAST_DAY) as running:
            done = [collect_now(account, AT) for account in connect_accounts(running.url)]
        yield done
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def judged(runs: list[Run], django_db_blocker: DjangoDbBlocker) -> dict[Place, Posture]:
    """The posture of every function of the estate."""
    with django_db_blocker.unblock():
        handed_over = set(Posture.objects.values_list("function", flat=True))
        assert handed_over == set(Function.objects.filter(gone_at=None).values_list("pk", flat=True))
        list(judge_everything(AT))
        return _postures()


def _postures() -> dict[Place, Posture]:
    rows = Posture.objects.filter(function__gone_at=None).select_related("function__account")
    return {(row.function.account.native_id, row.function.region, row.function.name): row for row in rows}


@pytest.mark.parametrize("trap", VALID, ids=lambda trap: f"{trap.cloud}-{trap.function}")
def test_what_was_planted_is_seen(judged: dict[Place, Posture], trap: Trap) -> None:
    posture = judged[trap.account, trap.region, trap.function]
    told = {claim: getattr(trap, claim) for claim in CLAIMS if (trap.function, claim) not in NOT_READ}
    claimed = {claim: word for claim, word in told.items() if word is not None}
    assert {claim: getattr(posture, claim) for claim in claimed} == claimed, posture.because
    assert set(trap.classes) <= set(posture.classes)


def test_every_cloud_was_collected(runs: list[Run]) -> None:
    assert {run.state for run in runs} <= {Run.State.SUCCEEDED, Run.State.PARTIAL}
    assert {run.account.provider for run in runs} == set(FIRST)


def test_every_function_has_a_posture_and_no_word_is_foreign(judged: dict[Place, Posture]) -> None:
    assert len(judged) > 70
    assert {row.reach for row in judged.values()} <= {"internet", "restricted", "private", "unknown"}
    assert {row.egress for row in judged.values()} <= {"internet", "restricted", "private", "none", "unknown"}


def test_a_project_whose_policies_nobody_may_read_is_unknown_and_not_safe(judged: dict[Place, Posture]) -> None:
    [closed] = [row for (account, _, _), row in judged.items() if account == "larkfield-legal"]
    assert (closed.invoke, closed.deploy, closed.privilege) == ("unknown", "unknown", "unknown")


def test_judging_again_changes_nothing(runs: list[Run], judged: dict[Place, Posture]) -> None:
    columns = [field.name for field in Posture._meta.concrete_fields if field.name != "at"]
    before = list(Posture.objects.order_by("pk").values(*columns))
    assert {account.pk for account, _ in judge_everything(AT)} == set(Account.objects.values_list("pk", flat=True))
    assert list(Posture.objects.order_by("pk").values(*columns)) == before


@pytest.mark.parametrize(
    ("who", "action", "resource", "outcome", "by"),
    [
        ("fenced-ops", "ec2:RunInstances", "", "denied_implicit", "permissions boundary"),
        ("lab-runner", "secretsmanager:GetSecretValue", "", "denied_explicit", "lab-fence"),
        ("orphan-worker", "s3:GetObject", "", "unknown", ""),
        ("deploy-bot@larkfield-shop-dev.iam.gserviceaccount.com", "storage.objects.delete", "", "allowed", "owner"),
        ("token-minter", "iam.serviceAccounts.getAccessToken", "", "allowed", "serviceAccountTokenCreator"),
        ("token-minter", "storage.objects.delete", "projects/larkfield-data-prod", "denied_implicit", ""),
        ("secret-grants", "resourcemanager.projects.setIamPolicy", "", "allowed_if", "projectIamAdmin"),
        ("contract-archive", "storage.objects.get", "", "unknown", ""),
        ("lark-stacked", "Microsoft.Web/sites/write", "", "denied_explicit", "Stack keeps its resources"),
        ("lark-stacked", "Microsoft.Compute/virtualMachines/write", "", "allowed", "Contributor"),
        ("lark-secrets", "Microsoft.KeyVault/vaults/secrets/getSecret/action", "", "allowed", "Key Vault Secrets User"),
        ("lark-oncall", "Microsoft.Web/sites/write", "", "denied_implicit", ""),
    ],
)
def test_any_action_can_be_asked_in_every_cloud(
    judged: dict[Place, Posture], who: str, action: str, resource: str, outcome: str, by: str
) -> None:
    out = StringIO()
    call_command("can", who, action, *filter(None, [resource]), format="json", stdout=out)
    [row] = json.loads(out.getvalue())
    assert (row["outcome"], by in str(row["because"] + row["unless"])) == (outcome, True), row


def test_the_ways_in_are_listed_in_every_cloud(judged: dict[Place, Posture]) -> None:
    for name, who in (("kiosk-feedback", "*"), ("store-locator", "allUsers"), ("lark-partner-api", "anyone")):
        out = StringIO()
        call_command("access", name, format="json", stdout=out)
        widest = json.loads(out.getvalue())[0]
        assert (widest["principal"], widest["level"]) == (who, "public_anonymous")


LISTED = ("public_anonymous", "public_authenticated", "external")


@pytest.mark.parametrize("part", ["invoke", "deploy"])
def test_what_was_planted_stands_on_the_exposure_page(judged: dict[Place, Posture], part: str) -> None:
    rows = ExposedBinding.objects.filter(part=part, gone_at=None, latent="").select_related("function__account")
    listed: dict[Place, set[str]] = {}
    for row in rows:
        place = (row.function.account.native_id, row.function.region, row.function.name)
        listed.setdefault(place, set()).add(row.level)
    planted = [trap for trap in VALID if getattr(trap, part) in LISTED and (trap.function, part) not in NOT_READ]
    missing = [trap.function for trap in planted
               if getattr(trap, part) not in listed.get((trap.account, trap.region, trap.function), ())]  # fmt: skip
    assert planted
    assert missing == []


def test_nothing_is_called_public_that_is_not(judged: dict[Place, Posture]) -> None:
    rows = ExposedBinding.objects.filter(part="invoke", tab="public", latent="", certain=True, gone_at=None)
    wrong = rows.exclude(function__posture__invoke__in=("public_anonymous", "public_authenticated"))
    assert list(wrong.values_list("function__name", "level")) == []


#: Actions of every kind: common and rare ones, with and without resources, granted by wildcards, by name, by nobody.
ASKED = (
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "s3:ListAllMyBuckets",
    "s3:DeleteBucket", "s3:PutBucketPolicy", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query",
    "dynamodb:Scan", "dynamodb:DeleteTable", "dynamodb:UpdateItem", "sqs:SendMessage", "sqs:ReceiveMessage",
    "sqs:DeleteMessage", "sqs:PurgeQueue", "sns:Publish", "sns:Subscribe", "kms:Decrypt", "kms:Encrypt",
    "kms:GenerateDataKey", "kms:CreateGrant", "kms:ScheduleKeyDeletion", "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue", "ssm:GetParameter", "ssm:PutParameter", "ssm:SendCommand",
    "lambda:InvokeFunction", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
    "lambda:AddPermission", "lambda:CreateFunction", "lambda:DeleteFunction", "iam:PassRole", "iam:CreateRole",
    "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy",
    "iam:ListRoles", "iam:CreateUser", "iam:DeleteRole", "sts:AssumeRole", "ec2:DescribeInstances",
    "ec2:RunInstances", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateNetworkInterface",
    "logs:CreateLogGroup", "logs:PutLogEvents", "logs:DeleteLogGroup", "cloudtrail:StopLogging",
    "cloudwatch:PutMetricData", "rds:CreateDBSnapshot", "rds-db:connect", "states:StartExecution",
    "events:PutEvents", "ses:SendEmail", "ecr:PutImage", "organizations:LeaveOrganization",
    "xray:PutTraceSegments", "athena:StartQueryExecution", "glue:GetTable",
)  # fmt: skip


@pytest.mark.parametrize("action", ASKED)
def test_the_search_and_the_command_agree_on_who_may(judged: dict[Place, Posture], action: str) -> None:
    functions = Function.objects.filter(provider="aws", gone_at=None).select_related("resource__account")
    found = set(FUNCTIONS.search(f"can:{action}", EVERYTHING, AT).rows().values_list("pk", flat=True))
    answers = {
        function.pk: [one for one in tell(function.resource, action, "") if not one.unread] for function in functions
    }
    asked = {pk for pk, told in answers.items() if told}
    may = {pk for pk in asked if any(one.outcome in ("allowed", "allowed_if") for one in answers[pk])}
    assert asked and found & asked == may
