"""What the connect form of each provider asks, in people's words, and what has to be done in the cloud first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One question of a provider's form; `name` is what the provider calls it. With `choices` one of them is picked
    (value, what people read); a `rare` one is folded away."""

    name: str
    label: str
    help: str = ""
    flag: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    rare: bool = False


@dataclass(frozen=True)
class Questions:
    """What a provider's form asks: how its accounts are called, what their ids look like, how they are reached, and
    the steps to take in the cloud; `document` is what the permissions to paste are called there."""

    word: str
    example: str
    asked: tuple[Asked, ...]
    how: str
    document: str
    steps: tuple[str, ...]


_ENDPOINT = Asked(
    "endpoint",
    "Endpoint",
    "Another address of the cloud's interfaces. Plain http is accepted on this machine only.",
    rare=True,
)
_ANONYMOUS = Asked("anonymous", "Ask without credentials (an emulator on this machine only)", flag=True, rare=True)

AWS = Questions(
    "AWS account id",
    "123456789012",
    (
        Asked(
            "role_arn",
            "Role to assume",
            "The ARN of a reading role in the account. Leave empty to use the worker's own credentials.",
        ),
        Asked(
            "external_id",
            "External id",
            "Put this value into the role's trust policy; nobody else can then make Fanlight assume the role.",
        ),
        Asked("regions", "Regions", "Separated by commas; empty reads every enabled region."),
        Asked("profile", "Profile", "A profile of the AWS configuration on the worker's machine.", rare=True),
        _ENDPOINT,
    ),
    "Prefer a role. Keys are never entered here: workers take them from their environment, profile or instance.",
    "policy",
    (
        "Make a role in the account and attach the policy below to it. It only reads.",
        "Let the role trust the account in which the worker runs, under the condition sts:ExternalId with the external"
        " id of this form.",
        "Give the role's ARN here and connect. The connection is tested call by call.",
    ),
)
GCP = Questions(
    "Google Cloud project id",
    "acme-prod-1234",
    (
        Asked(
            "impersonate",
            "Service account to impersonate",
            "The e-mail of the reading account, where the worker's own identity may act as it.",
        ),
        Asked(
            "credentials_file",
            "Key file of a service account",
            "Its path on the worker's machine, never its content. Better is none: workload identity or impersonation.",
        ),
        Asked("organisation", "Organisation or folder", "organizations/123 or folders/456, to find its projects."),
        Asked("regions", "Locations", "Separated by commas; empty reads every location."),
        Asked("quota_project", "Quota project", "The project that requests are counted against.", rare=True),
        _ENDPOINT,
        _ANONYMOUS,
    ),
    "With nothing filled in, workers use application default credentials: workload identity, or what their environment"
    " names.",
    "role",
    (
        "Save the role below as fanlight.yaml and make it in the organisation: gcloud iam roles create fanlightReader"
        " --organization=ID --file=fanlight.yaml. For a single project leave out the permissions on folders,"
        " organisations and listing projects.",
        "Grant it to a service account on the organisation: then it holds in every project, and inherited policies can"
        " be read.",
        "Let the worker act as that account (workload identity, impersonation, or a key file) and connect. The"
        " connection is tested call by call.",
    ),
)
AZURE = Questions(
    "Azure subscription id",
    "00000000-0000-0000-0000-000000000000",
    (
        Asked(
            "credential",
            "Sign in with",
            "What the worker finds: its environment, a workload identity, a managed identity, in this order.",
            choices=(
                ("", "what the worker finds"),
                ("managed identity", "a managed identity"),
                ("workload identity", "a workload identity (federated token)"),
                ("client secret", "an application and its secret"),
                ("certificate", "an application and its certificate"),
            ),
        ),
        Asked("tenant", "Tenant", "The directory of the subscription: its id or a domain."),
        Asked("client_id", "Client id", "The application or the user-assigned identity to sign in as."),
        Asked(
            "secret",
            "Where the secret or certificate is",
            "env:NAME or file:/path on the worker's machine; never the secret itself.",
        ),
        Asked("management_group", "Management group", "To find the subscriptions below it."),
        Asked("authority", "Authority", "Another sign-in address, of a sovereign cloud.", rare=True),
        Asked("graph", "Graph endpoint", "Another address of Microsoft Graph.", rare=True),
        _ENDPOINT,
        _ANONYMOUS,
    ),
    "With nothing filled in, workers use a managed or workload identity, or the credentials in their environment.",
    "role",
    (
        "Put your management group (or the subscription) into AssignableScopes of the role below, save it as"
        " fanlight.json and make it: az role definition create --role-definition fanlight.json.",
        "Assign it, at the management group or the subscription, to the identity or application that the worker signs"
        " in as.",
        "To see what managed identities may do in the directory, let an administrator grant it Application.Read.All and"
        " Directory.Read.All of Microsoft Graph as application permissions. Without them that is shown as unknown.",
        "Connect. The connection is tested call by call.",
    ),
)
QUESTIONS = {"aws": AWS, "gcp": GCP, "azure": AZURE}
