"""A secret stands in an environment variable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("environment")
    if told.get("error"):
        yield Unsure(f"the cloud could not decrypt the variables: {told['error']}")
    elif told and told.get("variables") is None:
        yield Unsure(str(told.get("partly") or "the variables could not be listed"))
    named = {str(one.get("name")) for one in told.get("variables") or () if one.get("verdict")}
    yield from _secrets(told.get("variables") or (), "")
    yield from _secrets((one for one in told.get("build") or () if one.get("name") not in named), " of the build")
    yield from _of_versions(seen, named)


def _secrets(variables: Iterable[Mapping[str, Json]], where: str) -> Iterator[Evidence]:
    told: set[str] = set()
    for one in variables:
        name, verdict = str(one.get("name")), one.get("verdict")
        if verdict and name not in told:
            told.add(name)
            yield Evidence(
                f"The variable {name}{where} holds what looks like a secret ({verdict})", about=name,
                detail={"kind": verdict, "fingerprint": one.get("fingerprint", "")},
            )  # fmt: skip


def _of_versions(seen: Seen, known: set[str]) -> Iterator[Evidence]:
    """Variables that only published versions still hold: each keeps the environment it was published with."""
    kept: dict[str, list[str]] = {}
    for version in seen.section("published").get("published") or ():
        for name in version.get("secrets") or ():
            if name not in known:
                kept.setdefault(name, []).append(str(version.get("version")))
    for name, versions in kept.items():
        yield Evidence(
            f"The variable {name} of published version {', '.join(versions[:5])} holds what looks like a secret",
            about=f"{name} of published versions", detail={"versions": versions},
        )  # fmt: skip


_CHECK = Check(look, needs=("environment",))
_SECRET = {"variables": [{"name": "DB_PASSWORD", "verdict": "password", "fingerprint": "47efe218", "length": "8-15"}]}
_CLEAN = {"variables": [{"name": "TABLE", "verdict": "", "fingerprint": "6c228b48", "length": "1-7"}]}

RULE = Rule(
    id="secret_in_variable",
    title="A secret stands in an environment variable",
    severity=Severity.HIGH,
    subject=Subject.SECRETS,
    why="Everybody who may read the configuration reads the secret, and it stays in logs, state files and every "
    "published version. It must be taken for known: change it, too.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Store the value in Secrets Manager or Parameter Store, read it in the code, and under "
            "Configuration, Environment variables keep only the secret's name. Then change the secret.",
            cli="aws secretsmanager create-secret --name NAME --secret-string file://VALUE",
            terraform="aws_secretsmanager_secret, and in aws_lambda_function: environment { variables } only its ARN.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Security: reference a secret of Secret Manager as an "
            "environment variable or a file, and remove the variable. Then change the secret.",
            cli="gcloud functions deploy NAME --remove-env-vars=VARIABLE --set-secrets=VARIABLE=SECRET:VERSION",
            terraform="google_cloudfunctions2_function: service_config { secret_environment_variables }.",
        ),
        "azure": Fix(
            console="Function App, Settings, Environment variables: replace the value by a reference to Key Vault, "
            "@Microsoft.KeyVault(SecretUri=…). Then change the secret.",
            cli="az functionapp config appsettings set --resource-group GROUP --name APP "
            "--settings 'NAME=@Microsoft.KeyVault(SecretUri=URI)'",
            terraform="azurerm_linux_function_app: in app_settings a reference to azurerm_key_vault_secret.",
        ),
    },
    fails=tuple(function(cloud, environment=_SECRET) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(function(cloud, environment=_CLEAN) for cloud in ("aws", "gcp", "azure")),
    catalogue=("SEC-01", "SEC-02"),
    standards=("cis-aws-compute:4.3", "cis-azure-3.0:9.11", "mitre-attack:T1552"),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        "https://learn.microsoft.com/azure/app-service/app-service-key-vault-references",
    ),
)
