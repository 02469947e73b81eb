"""The pages of functions and identities of Google Cloud and Azure, as a collector would have recorded them."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from findings.pages.function.console import console_address, identity_address
from findings.pages.function.view import TABS
from inventory.facts import Binding, Grant, Kind, Observation, Statement, Unread
from inventory.history import canonical, digest
from inventory.models import Account, Function, Resource, User
from tests.cast import DAY_ONE, DAY_TWO, record_day

PROJECT, SUBSCRIPTION = "acme-data", "5a000000-0000-4000-8000-000000000011"
RESIZE = f"projects/{PROJECT}/locations/europe-west1/functions/resize"
UPLOADS = f"uploads@{PROJECT}.iam.gserviceaccount.com"
SITE = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-office/providers/microsoft.web/sites/paperwork"
PRINCIPAL, OWNER_ROLE = "af34f656-c272-5acb-874c-eb79d9d11853", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
RESOURCE_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg-office"


@dataclass(frozen=True)
class Clouds:
    resize: Function
    uploads: Resource
    paperwork: Function
    managed: Resource


def seen(kind: Kind, native_id: str, name: str, listing: str, sections: dict[str, Any], **more: Any) -> Observation:
    return Observation(kind, native_id, name, "europe-west1", listing, sections, **more)


def resize(generation: int, ingress: str) -> Observation:
    return seen(
        Kind.FUNCTION, RESIZE, "resize", "functions",
        {
            "config": {"kind": "Cloud Function (2nd gen)", "runtime": "python313", "memory_mb": 256},
            "code": {"source": f"gs://src/resize.zip#{generation}", "build": {"id": f"builds/{generation}"}},
            "identity": {"identities": [{"id": UPLOADS, "kind": "service account"}]},
            "versions": {"aliases": [{"name": "latest", "version": f"resize-{generation}", "percent": 100}],
                         "latest": f"resize-{generation}"},
            "access": {"policies": [], "inherited": [f"projects/{PROJECT}"], "invoker_iam_disabled": False},
            "network": {"attached": True, "network": "closed-vpc", "ingress": [{"of": "function", "setting": ingress}],
                        "egress": [{"kind": "direct vpc", "name": "closed-vpc", "setting": "ALL_TRAFFIC"}],
                        "detail": {"routes": {"internet": False}}},
        },
        bindings=(
            Binding(f"serviceAccount:{UPLOADS}", "service account", ("roles/run.invoker",), "project policy",
                    source=f"projects/{PROJECT}"),
            Binding("group:leads@acme.example", "group", ("roles/owner",), "organisation policy",
                    condition={"title": "until May", "expression": "request.time < x"}, source="organizations/1"),
        ),
    )  # fmt: skip


def uploads() -> Observation:
    deny = {"deniedPermissions": ["logging.googleapis.com/logs.delete"], "deniedPrincipals": ["principalSet://goog"]}
    owner = {"role": "roles/owner", "permissions": [f"service.things.do{number}" for number in range(40)]}
    return seen(
        Kind.IDENTITY, UPLOADS, UPLOADS, "service accounts",
        {
            "config": {"kind": "service account", "disabled": False},
            "policies": {"policies": [{"name": "roles/owner", "kind": "role", "on": f"projects/{PROJECT}"}]},
            "trust": {"document": {"bindings": [
                {"role": "roles/iam.serviceAccountUser", "members": ["user:an-engineer@acme.example"]}]}},
            "keys": {"keys": [{"id": "27902e2b24be", "created": "2026-01-20T15:18:56Z",
                               "expires": "9999-12-31T23:59:59Z", "disabled": False}]},
        },
        grants=(grant("role", "roles/owner", owner, f"projects/{PROJECT}"), grant("deny", "Keep logs", deny, "")),
    )  # fmt: skip


def paperwork() -> Observation:
    return seen(
        Kind.FUNCTION, SITE, "paperwork", "functions",
        {
            "config": {"kind": "Function App", "native": {"remoteDebuggingEnabled": True}},
            "identity": {"identities": [{"id": PRINCIPAL, "assigned": "system", "kind": "managed identity"}]},
            "access": {"assignments": [], "publishing": {"ftp": True}},
            "environment": {"variables": None, "partly": "App settings come only with their values."},
            "network": {"attached": False, "public_access": "Enabled", "endpoints": [
                            {"id": "pe", "name": "pe-office", "state": "Approved"}],
                        "ingress": [{"name": "office", "priority": 100, "action": "Allow", "ipAddress": "10.0.0.0/8"}],
                        "scm_ingress": [], "egress": [{"to": "0.0.0.0/0", "via": "platform"}]},
        },
        bindings=(
            Binding(PRINCIPAL, "service principal", tuple(f"Microsoft.Web/sites/a{n}/write" for n in range(9)),
                    "Owner at resource group rg-office", source=f"{RESOURCE_GROUP}/roleassignments/1"),
        ),
    )  # fmt: skip


def managed() -> Observation:
    return seen(
        Kind.IDENTITY, PRINCIPAL, "paperwork", "identities",
        {
            "config": {"kind": "managed identity", "assigned": "system", "resource": SITE},
            "policies": {"policies": [{"id": "a-1", "name": "Owner", "scope": RESOURCE_GROUP,
                                       "principal_kind": "Group"}]},
            "trust": {"federated": [{"name": "ci", "issuer": "https://token.example", "subject": "repo:acme/office"}]},
            "eligibility": {"eligible": [{"role": OWNER_ROLE, "scope": f"/subscriptions/{SUBSCRIPTION}"}]},
            "directory": {"graph": ["Application.ReadWrite.All"], "applications": [], "roles": None, "groups": None},
        },
        unread={"directory": Unread("The directory answered 403 to the memberships.", "Directory.Read.All")},
        grants=(grant("assignment", "Owner", {"actions": ["*"], "notActions": []}, RESOURCE_GROUP, "a-1"),),
    )  # fmt: skip


def grant(kind: str, name: str, body: dict[str, Any], scope: str, source: str = "") -> Grant:
    told = canonical(body)
    effect = "deny" if kind == "deny" else "allow"
    return Grant(kind, source or name, name, Statement(effect, (), False, told, digest([effect, told])), scope)


def role_definition() -> Observation:
    native = f"/providers/microsoft.authorization/roledefinitions/{OWNER_ROLE}"
    return seen(Kind.POLICY, native, "Owner", "roles", {"config": {"kind": "built-in role"}})


@pytest.fixture
def clouds(db: None, client: Client) -> Clouds:
    google = Account.objects.create(provider="gcp", native_id=PROJECT, name=PROJECT)
    azure = Account.objects.create(provider="azure", native_id=SUBSCRIPTION, name="office")
    for at, generation, ingress in ((DAY_ONE, 1, "ALLOW_INTERNAL_ONLY"), (DAY_TWO, 2, "ALLOW_ALL")):
        record_day(google, "global", at, [uploads()], "service accounts")
        record_day(google, "europe-west1", at, [resize(generation, ingress)], "functions")
    record_day(azure, "roles", DAY_TWO, [role_definition()], "roles")
    record_day(azure, "identities", DAY_TWO, [managed()], "identities")
    record_day(azure, "functions", DAY_TWO, [paperwork()], "functions")
    client.force_login(User.objects.create_user("analyst", password="analyst-of-clouds-1"))
    functions = Function.objects.select_related("account")
    identities = Resource.objects.select_related("latest", "account")
    return Clouds(
        functions.get(native_id=RESIZE), identities.get(native_id=UPLOADS),
        functions.get(native_id=SITE), identities.get(native_id=PRINCIPAL),
    )  # fmt: skip


def shown(client: Client, function: Function, tab: str) -> str:
    return text(client, f"/functions/{function.uid}/{tab}/" if tab != "overview" else f"/functions/{function.uid}/")


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.mark.parametrize("tab", sorted(TABS))
def test_every_tab_shows(client: Client, clouds: Clouds, tab: str) -> None:
    assert "<h1>resize</h1>" in shown(client, clouds.resize, tab)
    assert "<h1>paperwork</h1>" in shown(client, clouds.paperwork, tab)


def test_a_deployment_and_an_opening_are_two_lines(client: Client, clouds: Clouds) -> None:
    page = shown(client, clouds.resize, "history")
    assert "Code replaced" in page
    assert "Ingress internal only → from everywhere" in page
    for noise in ("builds/1 →", "Revision resize-1", "Alias latest"):
        assert noise not in page


def test_bindings_say_where_they_are_inherited_from_and_whom_we_know(client: Client, clouds: Clouds) -> None:
    page = shown(client, clouds.resize, "access")
    assert "project policy" in page
    assert "organizations/1" in page
    assert "until May: request.time &lt; x" in page
    assert f'href="/identities/{clouds.uploads.uid}/"' in page
    page = shown(client, clouds.paperwork, "access")
    assert f'<a href="/identities/{clouds.managed.uid}/" title="{PRINCIPAL}">paperwork</a>' in page
    assert "and 6 more" in page


def test_the_network_is_told_in_words(client: Client, clouds: Clouds) -> None:
    page = shown(client, clouds.resize, "network")
    assert "from everywhere (ALLOW_ALL)" in page
    assert "all traffic (ALL_TRAFFIC)" in page
    assert "Route from the network to the internet" in page
    page = shown(client, clouds.paperwork, "network")
    assert "Ways in to the deployment site" in page
    assert "pe-office" in page
    assert "Public network access" in page


def test_settings_show_the_clouds_own_word_and_what_cannot_be_told(client: Client, clouds: Clouds) -> None:
    page = shown(client, clouds.paperwork, "configuration")
    assert 'Remote debugging <span class="own-word">remoteDebuggingEnabled</span>' in page
    assert "App settings come only with their values." in page
    assert "Publishing with a password over FTP" in page


def test_a_service_account_shows_its_keys_who_may_act_as_it_and_denials(client: Client, clouds: Clouds) -> None:
    page = text(client, f"/identities/{clouds.uploads.uid}/")
    assert "27902e2b24be" in page
    assert "never" in page
    assert "roles/iam.serviceAccountUser" in page
    assert "tone-ok" in page
    assert "deniedPermissions" in page
    assert "and 32 more" in page


def test_a_managed_identity_shows_assignments_activation_tokens_and_unread_parts(
    client: Client, clouds: Clouds
) -> None:
    page = text(client, f"/identities/{clouds.managed.uid}/")
    assert "on resource group rg-office" in page
    assert "through a group" in page
    assert "not in force now" in page
    assert '<td class="short">Owner</td>' in page
    assert "https://token.example" in page
    assert "Application.ReadWrite.All" in page
    assert "unknown: not read" in page
    assert "Directory.Read.All" in page


def test_consoles_are_reached_by_https_with_every_part_quoted(clouds: Clouds) -> None:
    assert console_address(clouds.resize) == (
        f"https://console.cloud.google.com/functions/details/europe-west1/resize?project={PROJECT}"
    )
    clouds.resize.native_id = RESIZE.replace("/functions/", "/services/")
    assert "/run/detail/europe-west1/resize?" in console_address(clouds.resize)
    assert console_address(clouds.paperwork) == f"https://portal.azure.com/#resource{SITE}"
    assert identity_address(clouds.managed) == f"https://portal.azure.com/#resource{SITE}"
    assert identity_address(clouds.uploads).endswith(f"/serviceaccounts/details/{UPLOADS}?project={PROJECT}")
    clouds.paperwork.native_id = "/x y/<b>"
    assert console_address(clouds.paperwork) == "https://portal.azure.com/#resource/x%20y/%3Cb%3E"
    clouds.paperwork.provider, clouds.paperwork.native_id = "aws", "arn:aws-cn:lambda:cn-north-1:1:function:a"
    assert console_address(clouds.paperwork).startswith("https://europe-west1.console.amazonaws.cn/")
