"""A policy on the function lets anyone invoke it."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import closed, public, strangers
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from strangers(seen, "policy", Severity.CRITICAL)


_CHECK = Check(look, needs=("posture:invoke",))
_SERVICE = "projects/acme-data/locations/europe-west1/services/checkout"

RULE = Rule(
    id="public_invoke",
    title="Its policy lets anyone invoke the function",
    severity=Severity.CRITICAL,
    subject=Subject.EXPOSURE,
    why="Its code runs with the function's identity for whoever finds the address or the name.",
    checks={"aws": _CHECK, "gcp": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions, Resource-based policy statements: delete the "
            "statement for everyone, or give it a source account or organisation. Look at aliases and versions, too.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID --qualifier ALIAS",
            terraform='aws_lambda_permission: name the caller in "principal" and its ARN in "source_arn".',
        ),
        "gcp": Fix(
            console="Cloud Run, the service, Security: require authentication, and remove allUsers and "
            "allAuthenticatedUsers from the invokers.",
            cli="gcloud run services remove-iam-policy-binding NAME --region REGION --member=allUsers "
            "--role=roles/run.invoker; of 1st gen: gcloud functions remove-iam-policy-binding NAME "
            "--member=allUsers --role=roles/cloudfunctions.invoker",
            terraform="Remove the google_cloud_run_service_iam_member (of 1st gen the "
            "google_cloudfunctions_function_iam_member) with member allUsers.",
        ),
    },
    fails=(
        public("aws", "resource policy: open", level="public_authenticated"),
        public("gcp", f"{_SERVICE}: roles/run.invoker to allUsers", principal="allUsers"),
    ),
    passes=(closed("aws"), closed("gcp")),
    catalogue=("EXP-01", "EXP-20", "EXP-21"),
    standards=(
        "cis-aws-compute:4.6", "aws-fsbp:Lambda.1", "cis-aws-7.0:2.21", "nist-800-53:AC-3", "nist-800-53:AC-4",
        "nist-800-53:AC-6", "nist-800-53:AC-21", "nist-800-53:SC-7", "pci-dss-3.2.1:1.2.1", "pci-dss-3.2.1:1.3.1",
        "pci-dss-3.2.1:1.3.2", "pci-dss-3.2.1:1.3.4", "pci-dss-3.2.1:7.2.1", "pci-dss-4.0:7.2.1", "iso-27001:A.8.1",
    ),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        "https://docs.cloud.google.com/run/docs/authenticating/public",
    ),
)  # fmt: skip
