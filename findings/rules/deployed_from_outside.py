"""Code comes straight from a repository, or from a registry by password."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

#: Ways to deploy by which the app itself fetches code from a repository outside.
_OUTSIDE = ("github", "bitbucketgit", "bitbuckethg", "externalgit", "externalhg", "codeplexgit", "codeplexhg",
            "dropbox", "onedrive", "gitlab")  # fmt: skip


def look_azure(seen: Seen) -> Iterator[Evidence]:
    native = seen.section("config").get("native") or {}
    if str(native.get("scmType", "")).lower() in _OUTSIDE:
        yield Evidence(f"It fetches its code from {native['scmType']} by itself", about="repository")
    if seen.section("config").get("package") == "Image" and native.get("acrUseManagedIdentityCreds") is False:
        yield Evidence("It signs in to its registry with a password, not as an identity", about="registry")


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    code = seen.section("code")
    build, source = code.get("build") or {}, str(code.get("source") or "")
    if source and not source.startswith("gs://"):
        yield Evidence(f"It is built from {source}, a repository outside Cloud Storage", about="repository")
    if build.get("registry") == "CONTAINER_REGISTRY":
        yield Evidence("Its image lies in Container Registry, which Google has shut down", about="registry")


RULE = Rule(
    id="deployed_from_outside",
    title="Its code comes from outside the cloud, or by password",
    severity=Severity.LOW,
    subject=Subject.SUPPLY_CHAIN,
    why="Whoever may push to the repository, or holds the registry's password, decides what runs; the cloud's own "
    "rights do not.",
    checks={
        "azure": Check(look_azure, needs=("config",)),
        "gcp": Check(look_gcp, needs=("code",)),
    },
    fix={
        "azure": Fix(
            console="Function App, Deployment Center: deploy from a pipeline with a federated identity; for images, "
            "Registry settings, Authentication: Managed identity.",
            cli="az resource update --ids APP/config/web --set properties.acrUseManagedIdentityCreds=true",
            terraform="azurerm_linux_function_app: site_config { container_registry_use_managed_identity = true }.",
        ),
        "gcp": Fix(
            console="Build in a pipeline that stores the source in a bucket and the image in Artifact Registry.",
            cli="gcloud functions deploy NAME --source=gs://BUCKET/SOURCE.zip --docker-repository=REPOSITORY",
            terraform="google_cloudfunctions2_function: build_config { source { storage_source }, docker_repository }.",
        ),
    },
    fails=(
        function("azure", config={"native": {"scmType": "ExternalGit"}}),
        function("gcp", code={"source": "https://source.developers.google.com/p/acme/r/shop"}),
    ),
    passes=(
        function("azure", config={"native": {"scmType": "None"}}),
        function(
            "gcp", code={"source": "gs://gcf-v2-sources-1/checkout.zip", "build": {"registry": "ARTIFACT_REGISTRY"}}
        ),
    ),
    catalogue=("SUP-05", "SUP-06"),
    references=(
        "https://learn.microsoft.com/azure/app-service/deploy-continuous-deployment",
        "https://docs.cloud.google.com/artifact-registry/docs/transition/transition-from-gcr",
    ),
)
