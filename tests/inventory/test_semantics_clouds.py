"""What happens in Google Cloud and Azure is told in the same sentences, whatever their documents look like."""

from typing import Any

import pytest

from inventory.semantics import Risk, lines, risk_of

BUILD = {
    "source": "gs://sources/shop/function-source.zip#1",
    "image": "europe-docker.pkg.dev/acme/gcf/shop:version_1",
    "build": {"id": "projects/1/locations/europe-west1/builds/a", "service_account": "builder@acme"},
}
REBUILT = {
    "source": "gs://sources/shop/function-source.zip#2",
    "image": "europe-docker.pkg.dev/acme/gcf/shop:version_2",
    "build": {"id": "projects/1/locations/europe-west1/builds/b", "service_account": "builder@acme"},
}
ONE = {"name": "latest", "version": "shop-00001-abc", "percent": 100, "tagged": False}
TWO = {"name": "latest", "version": "shop-00002-def", "percent": 100, "tagged": False}
FUNCTION_OPEN = {"of": "function", "setting": "ALLOW_ALL"}
SERVICE_OPEN = {"of": "service", "setting": "INGRESS_TRAFFIC_ALL"}
FUNCTION_CLOSED = {"of": "function", "setting": "ALLOW_INTERNAL_ONLY"}
SERVICE_CLOSED = {"of": "service", "setting": "INGRESS_TRAFFIC_INTERNAL_ONLY"}
SUBSCRIPTION = "/subscriptions/5a000000-0000-4000-8000-000000000011"
OWNER = {"role": "Owner", "principal": "af34", "kind": "service principal", "scope": SUBSCRIPTION, "id": "x"}
CHECKED = {"name": "office", "ipAddress": "10.0.0.0/8", "action": "Allow", "priority": 100}
ALLOW_ALL = {"name": "Allow all", "ipAddress": "Any", "action": "Allow", "priority": 2147483647, "from": "0.0.0.0/0"}
DENY_ALL = {"name": "Deny all", "ipAddress": "Any", "action": "Deny", "priority": 2147483647}
SIGNED_IN = {
    "platform": {"enabled": True},
    "globalValidation": {"requireAuthentication": True, "unauthenticatedClientAction": "Return401"},
    "identityProviders": {"azureActiveDirectory": {"registration": {"clientId": "6b1e"}}},
}
NOT_SIGNED_IN = {
    "platform": {"enabled": False},
    "globalValidation": {"requireAuthentication": False, "unauthenticatedClientAction": "AllowAnonymous"},
}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line.text, str(line.risk)) for line in lines(before, after)]


def test_a_deployment_is_one_line() -> None:
    before = {"code": BUILD, "versions": {"aliases": [ONE], "latest": "shop-00001-abc"}}
    after = {"code": REBUILT, "versions": {"aliases": [TWO], "latest": "shop-00002-def"}}
    assert told(before, after) == [("Code replaced", "none")]


def test_a_deployment_from_another_place_by_another_account_says_both() -> None:
    moved = {
        "source": "gs://elsewhere/shop.zip#1",
        "image": REBUILT["image"],
        "build": {"id": "projects/1/builds/c", "service_account": "somebody@acme"},
    }
    assert told({"code": BUILD}, {"code": moved}) == [
        ("Code replaced", "none"),
        ("Source gs://sources/shop/function-source.zip → gs://elsewhere/shop.zip", "none"),
        ("Built by builder@acme → somebody@acme", "none"),
    ]


def test_an_image_of_ones_own_is_told_with_its_tag() -> None:
    assert told({"code": {"image": "reg:5000/a:1"}}, {"code": {"image": "reg:5000/a:2"}}) == [
        ("Image reg:5000/a:1 → reg:5000/a:2", "none")
    ]


def test_a_new_revision_is_said_where_nothing_else_is() -> None:
    before = {"versions": {"aliases": [ONE], "latest": "shop-00001-abc"}, "tags": {}}
    after = {"versions": {"aliases": [TWO], "latest": "shop-00002-def"}, "tags": {}}
    assert told(before, after) == [("Revision shop-00001-abc → shop-00002-def", "none")]
    assert told(before, {**after, "tags": {"a": "b"}}) == [("Tag a: b added", "none")]


def test_calls_shared_among_revisions_are_told_by_their_shares() -> None:
    old = {"name": "shop-00001-abc", "version": "shop-00001-abc", "percent": 90, "tagged": False}
    canary = {"name": "canary", "version": "shop-00002-def", "percent": 10, "tagged": True}
    before = {"versions": {"aliases": [ONE], "latest": "shop-00001-abc"}}
    after = {"versions": {"aliases": [old, canary], "latest": "shop-00002-def"}}
    assert told(before, after) == [
        ("Tag canary gives revision shop-00002-def an address of its own", "none"),
        ("Calls go to latest 100 % → shop-00001-abc 90 %, latest 10 %", "none"),
    ]


def test_ingress_of_function_and_service_is_one_line() -> None:
    before = {"network": {"ingress": [FUNCTION_CLOSED, SERVICE_CLOSED]}}
    after = {"network": {"ingress": [FUNCTION_OPEN, SERVICE_OPEN]}}
    assert told(before, after) == [("Ingress internal only → from everywhere", "up")]
    assert told(after, before) == [("Ingress from everywhere → internal only", "down")]


def test_what_follows_for_the_addresses_is_not_repeated() -> None:
    url = {"kind": "url", "url": "https://a", "auth": "IAM", "reach": "INGRESS_TRAFFIC_INTERNAL_ONLY"}
    before = {"network": {"ingress": [SERVICE_CLOSED]}, "entry_points": {"entry_points": [url]}}
    after = {
        "network": {"ingress": [SERVICE_OPEN]},
        "entry_points": {"entry_points": [{**url, "reach": "INGRESS_TRAFFIC_ALL"}]},
    }
    assert told(before, after) == [("Ingress internal only → from everywhere", "up")]


def test_the_same_at_several_addresses_is_one_line() -> None:
    def points(origin: str) -> dict[str, Any]:
        shared = {"kind": "url", "auth": "function", "cors": {"origins": [origin]}}
        return {"entry_points": {"entry_points": [{**shared, "id": "a"}, {**shared, "id": "b"}]}}

    assert told(points("https://a"), points("https://b")) == [
        ("URL CORS origins https://a → https://b at 2 addresses", "none")
    ]
    assert told(points("https://a"), points("*"))[0][1] == "up"


@pytest.mark.parametrize(
    ("section", "before", "after", "text", "risk"),
    [
        ("network", {"egress": [{"kind": "internet", "setting": "direct"}]},
         {"egress": [{"kind": "connector", "name": "projects/a/connectors/shop", "setting": "ALL_TRAFFIC"}]},
         "Egress straight to the internet → through connector shop (all traffic)", "down"),
        ("network", {"public_access": "Disabled"}, {"public_access": "Enabled"},
         "Public network access Disabled → Enabled", "up"),
        ("network", {"endpoints": []}, {"endpoints": [{"id": "pe-1", "name": "pe-1", "state": "Approved"}]},
         "Private endpoint added: pe-1", "none"),
        ("policies", {"policies": []},
         {"policies": [{"id": "roles/owner", "name": "roles/owner", "kind": "role", "on": "projects/shop"}]},
         "Gained roles/owner on projects/shop", "up"),
        ("policies",
         {"policies": [{"name": "Owner", "role": "8e36", "scope": SUBSCRIPTION, "principal_kind": "Group",
                        "permissions": [{"actions": ["*"], "notActions": []}]}]},
         {"policies": []},
         "Lost Owner on subscription 5a000000-0000-4000-8000-000000000011 through a group", "down"),
        ("policies", {"policies": [], "denials": []},
         {"policies": [], "denials": [{"id": "d", "name": "Locked", "scope": "/subscriptions/1/resourcegroups/rg"}]},
         "Denied by Locked on resource group rg", "down"),
        ("access", {"assignments": []}, {"assignments": [OWNER]},
         "Access added: service principal af34 (Owner) on subscription 5a000000-0000-4000-8000-000000000011", "up"),
        ("access", {"assignments": []},
         {"assignments": [{**OWNER, "role": "Website Contributor", "actions": ["Microsoft.Web/sites/publish/action"]}]},
         "Deployer added: service principal af34 (Website Contributor) on subscription "
         "5a000000-0000-4000-8000-000000000011", "up"),
        ("access", {"invoker_iam_disabled": False}, {"invoker_iam_disabled": True},
         "Invoker check switched off", "up"),
        ("access", {"publishing": {"ftp": False}}, {"publishing": {"ftp": True}},
         "Publishing with a password over FTP off → on", "up"),
        ("access", {"client_certificates": {"enabled": True}}, {"client_certificates": {"enabled": False}},
         "Client certificates on → off", "up"),
        ("trust", {"federated": []},
         {"federated": [{"name": "ci", "issuer": "https://token.example", "subject": "repo:acme/shop"}]},
         "Trusted added: tokens of https://token.example for repo:acme/shop", "up"),
        ("trust", {"document": {"bindings": []}},
         {"document": {"bindings": [{"role": "roles/iam.serviceAccountTokenCreator", "members": ["user:a@acme"]}]}},
         "Trusted added: user:a@acme (roles/iam.serviceAccountTokenCreator)", "up"),
        ("encryption", {"least_tls": "1.2"}, {"least_tls": "1.0"}, "Least TLS version 1.2 → 1.0", "up"),
        ("encryption", {"ftps_state": "AllAllowed"}, {"ftps_state": "Disabled"}, "FTPS AllAllowed → Disabled", "down"),
        ("encryption", {"https_only": True}, {"https_only": False}, "HTTPS only on → off", "up"),
        ("config", {"native": {"remoteDebuggingEnabled": False}}, {"native": {"remoteDebuggingEnabled": True}},
         "Remote debugging off → on", "up"),
        ("config", {"plan": {"tier": "Dynamic"}}, {"plan": {"tier": "Premium"}}, "Plan tier Dynamic → Premium", "none"),
        ("keys", {"keys": []}, {"keys": [{"id": "27902e", "expires": "9999-12-31T23:59:59Z"}]},
         "Key 27902e made, good for ever", "up"),
        ("keys", {"keys": [{"id": "27902e", "disabled": False}]}, {"keys": [{"id": "27902e", "disabled": True}]},
         "Key 27902e disabled", "down"),
        ("eligibility", {"eligible": []},
         {"eligible": [{"role": "8e36", "name": "Owner", "scope": "/subscriptions/1/resourcegroups/rg"}]},
         "May activate Owner on resource group rg", "up"),
        ("directory", {"graph": [], "roles": []}, {"graph": ["Application.ReadWrite.All"], "roles": []},
         "Gained Microsoft Graph permission Application.ReadWrite.All", "up"),
        ("directory", {"graph": None}, {"graph": ["Mail.Read"]}, "Graph in the directory became readable", "none"),
        ("document", {"document": {"includedPermissions": ["a.get"]}},
         {"document": {"includedPermissions": ["a.get", "a.setIamPolicy"]}}, "Gained a.setIamPolicy", "up"),
        ("environment", {"variables": [], "mounts": []},
         {"variables": [], "mounts": [{"path": "/etc/key", "reference": "projects/a/secrets/k"}]},
         "Secret projects/a/secrets/k mounted at /etc/key", "none"),
        ("environment", {"variables": [{"name": "K", "reference": "projects/a/secrets/k/versions/1"}]},
         {"variables": [{"name": "K", "reference": "projects/a/secrets/k/versions/2"}]},
         "Variable K refers to projects/a/secrets/k/versions/1 → projects/a/secrets/k/versions/2", "none"),
        ("environment", {"variables": None, "references": []},
         {"variables": None, "references": [{"name": "DB_PASSWORD", "vault": "v", "secret": "s"}]},
         "Key Vault reference DB_PASSWORD added", "none"),
        ("identity", {"identities": [{"id": "a1", "assigned": "system"}]},
         {"identities": [{"id": "a1", "assigned": "system"},
                         {"id": "b2", "assigned": "user", "resource": "/subscriptions/1/x/id-orders"}]},
         "Also runs as id-orders (b2)", "none"),
        ("versions", {"slots": []}, {"slots": [{"id": "/a/slots/staging", "name": "staging"}]},
         "Slot staging added", "none"),
        ("guardrails", {"levels": [{"target": "organizations/1", "deny": [{"name": "Keep logs"}]}]},
         {"levels": [{"target": "organizations/1", "deny": []}]},
         "Guardrail Keep logs on organizations/1 removed", "up"),
        ("runtime_management", {"stage": "GA"}, {"stage": "DEPRECATED"},
         "Stage of the runtime GA → DEPRECATED", "none"),
        ("logging", {"data_access": ["ADMIN_READ"]}, {"data_access": []},
         "Calls recorded besides changes ADMIN_READ → none", "none"),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence(section: str, before: Any, after: Any, text: str, risk: str) -> None:
    assert told({section: before}, {section: after}) == [(text, risk)]


def test_restrictions_say_when_they_let_everybody_in() -> None:
    closed = {"network": {"ingress": [CHECKED, DENY_ALL]}}
    opened = {"network": {"ingress": [CHECKED, ALLOW_ALL]}}
    found = lines(closed, opened)
    assert [line.text for line in found] == [
        "The app is opened to every address",
        "Access restriction added: Allow Any (Allow all, priority 2147483647)",
        "Access restriction removed: Deny Any (Deny all, priority 2147483647)",
    ]
    assert risk_of(found) is Risk.UP
    assert risk_of(lines(opened, closed)) is Risk.DOWN


def test_a_restriction_more_opens_nothing() -> None:
    before = {"network": {"ingress": [DENY_ALL]}}
    assert told(before, {"network": {"ingress": [CHECKED, DENY_ALL]}}) == [
        ("Access restriction added: Allow 10.0.0.0/8 (office, priority 100)", "none")
    ]


def test_sign_in_before_the_code_is_told_in_words_and_a_provider_by_its_name() -> None:
    found = told({"access": {"easy_auth": SIGNED_IN}}, {"access": {"easy_auth": NOT_SIGNED_IN}})
    assert sorted(found) == [
        ("Easy Auth on → off", "up"),
        ("Easy Auth provider azureActiveDirectory removed", "none"),
        ("Easy Auth requires a sign-in on → off", "up"),
        ("Easy Auth, callers not signed in Return401 → AllowAnonymous", "up"),
    ]


def test_a_runtime_brings_its_own_dates() -> None:
    before = {"config": {"runtime": "python310"}, "runtime_management": {"stage": "DEPRECATED", "ends": "2026-10-04"}}
    after = {"config": {"runtime": "python313"}, "runtime_management": {"stage": "GA", "ends": "2029-10-10"}}
    assert told(before, after) == [("Runtime python310 → python313", "none")]


def test_variables_that_can_be_told_now_are_no_change() -> None:
    before = {"environment": {"variables": None}}
    after = {"environment": {"variables": [{"name": "PASSWORD", "verdict": "a password"}]}}
    assert told(before, after) == [("Variables became readable", "none")]
