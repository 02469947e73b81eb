"""A password suffices to deploy."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

_WHERE = {"scm": "the deployment site (SCM), which takes code and opens a console", "ftp": "FTP, which takes files"}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    publishing = seen.section("access").get("publishing")
    for name, where in _WHERE.items() if "access" in seen.document else ():
        if publishing is None or name not in publishing:
            yield Unsure(f"whether a password suffices at {name.upper()} was not read")
        elif publishing[name]:
            yield Evidence(f"A password suffices at {where}", about=name)


def applies(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"apps on {hosting} take no publishing password" if hosting in ("Container Apps", "Arc") else ""


def _app(allowed: bool) -> Seen:
    return function("azure", access={"publishing": {"scm": allowed, "ftp": allowed}}, config={"hosting": "Premium"})


RULE = Rule(
    id="publishing_password",
    title="A password suffices to deploy",
    severity=Severity.MEDIUM,
    subject=Subject.DEPLOYMENT,
    why="The publishing profile is one shared password without second factor or name: whoever has a copy replaces the "
    "code, and the log cannot tell who it was.",
    checks={"azure": Check(look, needs=("access", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: SCM and FTP Basic Auth Publishing "
            "Credentials off. Deploy with an Entra identity from then on.",
            cli="az resource update --resource-group GROUP --namespace Microsoft.Web --resource-type "
            "basicPublishingCredentialsPolicies --parent sites/APP --name scm --set properties.allow=false "
            "(likewise --name ftp)",
            terraform="azurerm_linux_function_app: webdeploy_publish_basic_authentication_enabled = false, "
            "ftp_publish_basic_authentication_enabled = false.",
        )
    },
    fails=(_app(True),),
    passes=(_app(False),),
    catalogue=("DEP-06",),
    references=("https://learn.microsoft.com/azure/app-service/configure-basic-auth-disable",),
)
