"""How an app is set up: runtime, plan, code, scale, transport, logs, references to secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.azure.ids import is_slot, last, plain
from collectors.providers.azure.normalize.words import flag, properties
from collectors.shapes import mapping, number, objects, said, text, texts

Json = Any

#: Tier of a plan → how people call this way of hosting; other tiers are dedicated machines.
HOSTING = {
    "dynamic": "Consumption",
    "flexconsumption": "Flex Consumption",
    "elasticpremium": "Premium",
    "workflowstandard": "Workflow Standard",
    "isolated": "Isolated",
    "isolatedv2": "Isolated",
}
_VERSIONS = ("linuxFxVersion", "windowsFxVersion", "javaVersion", "powerShellVersion", "nodeVersion", "pythonVersion",
             "netFrameworkVersion")  # fmt: skip
_SWITCHES = ("alwaysOn", "http20Enabled", "webSocketsEnabled", "remoteDebuggingEnabled", "use32BitWorkerProcess",
             "functionsRuntimeScaleMonitoringEnabled", "acrUseManagedIdentityCreds")  # fmt: skip


def kind_of(native_id: str) -> str:
    """Azure's word for it."""
    return "Function App slot" if is_slot(native_id) else "Function App"


def config(site: Json, web: Json, plan: Json) -> Json:
    """`config`: what it is and runs. Where the runtime of a Windows app stands in an app setting, it is not known."""
    told, set_up, words = properties(site), mapping(web, "config/web"), _kind_words(site)
    flex = mapping(told.get("functionAppConfig"), "functionAppConfig")
    scale = mapping(flex.get("scaleAndConcurrency"), "scaleAndConcurrency")
    image = _image(set_up)
    native = {key: text(set_up, key) for key in _VERSIONS} | {key: flag(set_up, key) for key in _SWITCHES}
    return said(
        kind=kind_of(text(site, "id")),
        hosting=hosting(site, plan),
        runtime=_runtime(flex, set_up),
        package="Image" if image or "container" in words else "" if web is None else "Zip",
        os="Linux" if "linux" in words or flag(told, "reserved") or flex else "Windows",
        state=text(told, "state"),
        memory_mb=number(scale, "instanceMemoryMB") or number(told, "containerSize") or None,
        plan=_plan(plan, text(told, "serverFarmId")),
        file_systems=_mounts(set_up),
    ) | {
        **({"enabled": enabled} if (enabled := flag(told, "enabled")) is not None else {}),
        "native": said(
            kind=text(site, "kind"), **native, sshEnabled=flag(told, "sshEnabled"),
            hostNamesDisabled=flag(told, "hostNamesDisabled"), scmType=text(set_up, "scmType"),
            scmSiteAlsoStopped=flag(told, "scmSiteAlsoStopped"),
            dailyMemoryTimeQuota=number(told, "dailyMemoryTimeQuota"),
            managedEnvironmentId=plain(told.get("managedEnvironmentId")),
        ),
    }  # fmt: skip


def _kind_words(site: Json) -> set[str]:
    return set(text(site, "kind").lower().replace(" ", "").split(","))


def hosting(site: Json, plan: Json) -> str:
    """Consumption, Flex Consumption, Premium, Dedicated, Container Apps, Arc; "" when the plan was not read."""
    told, words = properties(site), _kind_words(site)
    if "kubernetes" in words:
        return "Arc"
    if "azurecontainerapps" in words or told.get("managedEnvironmentId"):
        return "Container Apps"
    if told.get("functionAppConfig"):
        return "Flex Consumption"
    sku = mapping(mapping(plan, "The plan").get("sku"), "The plan's sku")
    tier = (text(sku, "tier") or text(told, "sku")).lower()
    return HOSTING.get(tier, "Dedicated") if tier else ""


def _runtime(flex: Mapping[str, Json], set_up: Mapping[str, Json]) -> str:
    """The runtime as Azure writes it (python|3.11); "" for containers, and where only an app setting says."""
    named = mapping(flex.get("runtime"), "runtime")
    if text(named, "name"):
        return "|".join(filter(None, (text(named, "name"), text(named, "version")))).lower()
    linux = text(set_up, "linuxFxVersion")
    if linux:
        return "" if linux.upper().startswith("DOCKER|") else linux.lower()
    for key, name in (("javaVersion", "java"), ("powerShellVersion", "powershell")):
        if version := text(set_up, key).strip("~"):
            return f"{name}|{version}"
    return ""


def support(ends: Json) -> Json:
    """`runtime_management`: the day on which the support of the runtime ends, by Azure's own list of stacks."""
    return {"ends": ends}


def _image(set_up: Mapping[str, Json]) -> str:
    for key in ("linuxFxVersion", "windowsFxVersion"):
        kind, _, image = text(set_up, key).partition("|")
        if kind.upper() == "DOCKER":
            return image
    return ""


def _plan(plan: Json, named: str) -> Json:
    """The plan by its id, with its price and whether it is spread over zones (zoneRedundant) where that was read."""
    sku = mapping(mapping(plan, "The plan").get("sku"), "The plan's sku")
    spread = flag(properties(plan, "The plan"), "zoneRedundant")
    return said(id=plain(named), name=last(named), sku=text(sku, "name"), tier=text(sku, "tier"), zone_redundant=spread)


def _mounts(set_up: Mapping[str, Json]) -> list[Json]:
    mounts = mapping(set_up.get("azureStorageAccounts"), "azureStorageAccounts")
    return [
        said(
            name=str(name), type=text(one, "type"), account=text(one, "accountName"), share=text(one, "shareName"),
            path=text(one, "mountPath"),
        )
        for name, entry in sorted(mounts.items())
        for one in [mapping(entry, "A mounted share")]
    ]  # fmt: skip


def code(site: Json, web: Json) -> Json:
    """`code`: the image, or where the package of a Flex Consumption app lies and how it is fetched."""
    set_up = mapping(web, "config/web")
    flex = mapping(properties(site).get("functionAppConfig"), "functionAppConfig")
    store = mapping(mapping(flex.get("deployment"), "deployment").get("storage"), "storage")
    authentication = mapping(store.get("authentication"), "authentication")
    image = _image(set_up)
    return said(
        image=image,
        image_digest=image.partition("@")[2],
        source=text(store, "value"),
        sign_in=text(authentication, "type"),
        identity=plain(authentication.get("userAssignedIdentityResourceId")),
        registry_identity=text(set_up, "acrUserManagedIdentityID"),
        publishing=text(set_up, "scmType"),
    )


def concurrency(site: Json, web: Json, plan: Json) -> Json:
    """`concurrency`: how far it scales out; what is not set has no limit of its own."""
    set_up = mapping(web, "config/web")
    flex = mapping(properties(site).get("functionAppConfig"), "functionAppConfig")
    scale = mapping(flex.get("scaleAndConcurrency"), "scaleAndConcurrency")
    ready = [
        said(name=text(one, "name"), instances=number(one, "instanceCount"))
        for one in objects(scale.get("alwaysReady"), "alwaysReady")
    ]
    http = mapping(mapping(scale.get("triggers"), "triggers").get("http"), "http")
    return said(
        limit=number(scale, "maximumInstanceCount") or number(set_up, "functionAppScaleLimit"),
        per_instance=number(http, "perInstanceConcurrency"),
        always_ready=ready,
        least_instances=number(set_up, "minimumElasticInstanceCount"),
        prewarmed=number(set_up, "preWarmedInstanceCount"),
        plan_limit=number(properties(plan, "The plan"), "maximumElasticWorkerCount"),
    )


def encryption(site: Json, web: Json, storage: Json) -> Json:
    """`encryption`: transport of callers and of deployments, and the storage accounts that the settings name.

    The account of AzureWebJobsStorage stands in an app setting, which is never asked for: `storage_known` says so.
    """
    told, set_up = properties(site), mapping(web, "config/web")
    accounts = mapping(storage, "The storage accounts")
    return said(
        least_tls=text(set_up, "minTlsVersion"),
        least_tls_scm=text(set_up, "scmMinTlsVersion"),
        least_cipher=text(set_up, "minTlsCipherSuite"),
        ftps_state=text(set_up, "ftpsState"),
        end_to_end=flag(told, "endToEndEncryptionEnabled"),
        storage=[_account(str(name), row) for name, row in sorted(accounts.items())],
    ) | {"https_only": flag(told, "httpsOnly"), "storage_known": bool(accounts)}


def _account(name: str, row: Json) -> Json:
    """How a storage account is protected; one that is not listed (another subscription's) is known by name only."""
    if row is None:
        return {"name": name, "found": "not listed"}
    told = properties(row, "The storage account")
    network = mapping(told.get("networkAcls"), "networkAcls")
    return said(
        name=name,
        id=plain(row.get("id")),
        least_tls=text(told, "minimumTlsVersion"),
        public_network_access=text(told, "publicNetworkAccess"),
        default_action=text(network, "defaultAction"),
        key_source=text(mapping(told.get("encryption"), "encryption"), "keySource"),
    ) | {
        "https_only": flag(told, "supportsHttpsTrafficOnly"),
        "public_blobs": flag(told, "allowBlobPublicAccess"),
        "keys_allowed": flag(told, "allowSharedKeyAccess"),
    }  # fmt: skip


def logging(site: Json, diagnostics: Json, web: Json) -> Json:
    """`logging`: where diagnostic settings send logs, and what the app itself logs."""
    set_up, tags = mapping(web, "config/web"), mapping(mapping(site, "The site").get("tags"), "tags")
    sinks = [_sink(one) for one in objects(diagnostics, "The diagnostic settings")]
    return {
        "settings": sorted(sinks, key=lambda one: str(one.get("name"))),
        **said(
            group=next((one["workspace"] for one in sinks if one.get("workspace")), ""),
            insights=plain(tags.get("hidden-link: /app-insights-resource-id")),
            requests=flag(set_up, "httpLoggingEnabled"),
            detailed_errors=flag(set_up, "detailedErrorLoggingEnabled"),
        ),
    }


def _sink(one: Mapping[str, Json]) -> dict[str, Json]:
    told = properties(one, "A diagnostic setting")
    categories = [
        text(entry, "category") or text(entry, "categoryGroup")
        for entry in objects(told.get("logs"), "logs")
        if entry.get("enabled") is True
    ]
    return said(
        name=text(one, "name"),
        workspace=plain(told.get("workspaceId")),
        storage=plain(told.get("storageAccountId")),
        event_hub=text(told, "eventHubName") or plain(told.get("eventHubAuthorizationRuleId")),
        logs=sorted(categories),
    )


def environment(references: Json) -> Json:
    """`environment`: the settings that point to Key Vault, by name. The others are not told without their values, and
    so are never asked for: `variables` is left unknown."""
    found = []
    for one in objects(references, "The references"):
        told = properties(one, "A reference")
        found.append(
            said(
                name=text(one, "name"), reference=text(told, "reference"), status=text(told, "status"),
                vault=text(told, "vaultName"), secret=text(told, "secretName"), version=text(told, "secretVersion"),
                identity=_identity_type(told),
            )
        )  # fmt: skip
    return {
        "variables": None,
        "references": sorted(found, key=lambda one: str(one.get("name"))),
        "partly": "App settings are listed only together with their values, so they are never asked for.",
    }


def _identity_type(told: Mapping[str, Json]) -> str:
    """Whose identity resolves a reference: a word, or an identity with its type (the SDK's ManagedServiceIdentity)."""
    named = told.get("identityType")
    return text(named, "type") if isinstance(named, Mapping) else text(told, "identityType")


def versions(site: Json, slots: Json) -> Json:
    """`versions`: the slots of an app, and of a slot the app."""
    listed = [
        said(id=plain(one.get("id")), name=last(text(one, "id")), state=text(one, "state"), host=text(one, "host"))
        for one in objects(slots, "The slots")
    ]
    return {"slots": sorted(listed, key=lambda one: str(one.get("name")))}


def tags(site: Json) -> Json:
    """Tags as names and values; Azure's own hidden links are left out."""
    told = mapping(mapping(site, "The site").get("tags"), "The tags")
    return {str(name): text(told, name) for name in told if not str(name).lower().startswith("hidden-")}


def identities(site: Json) -> Json:
    """`identity`: whom the app runs as, the system-assigned identity first; `key_vault` is the one that references to
    Key Vault are read with, where it was chosen."""
    told = mapping(mapping(site, "The site").get("identity"), "The identity")
    own = text(told, "principalId").lower()
    found = [{"assigned": "system", "id": own, "kind": "managed identity"}] if own else []
    users = mapping(told.get("userAssignedIdentities"), "userAssignedIdentities")
    for resource in sorted(users, key=str.lower):
        one = mapping(users[resource], "A user-assigned identity")
        found.append(
            said(
                assigned="user", id=text(one, "principalId").lower() or plain(resource), kind="managed identity",
                resource=plain(resource), client_id=text(one, "clientId").lower(),
            )
        )  # fmt: skip
    return {"identities": found, **said(key_vault=text(properties(site), "keyVaultReferenceIdentity"))}


def host_names(site: Json) -> tuple[list[str], str]:
    """The names under which an app answers, and that of its deployment site."""
    told = properties(site)
    names = texts(told.get("enabledHostNames"), "enabledHostNames") or [text(told, "defaultHostName")]
    states = list(objects(told.get("hostNameSslStates"), "hostNameSslStates"))
    scm = {text(one, "name").lower() for one in states if text(one, "hostType").lower() == "repository"}
    scm |= {name.lower() for name in names if ".scm." in name.lower()}
    return sorted({name.lower() for name in names if name} - scm), min(scm, default="")
