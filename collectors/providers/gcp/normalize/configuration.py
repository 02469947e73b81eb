"""What a function is made of: configuration, code, environment, identity, versions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.providers.gcp.naming import runtime_of
from collectors.providers.gcp.normalize.seen import KINDS, Seen
from collectors.providers.gcp.shape import mapping as loosely
from collectors.shapes import Unusable, mapping, number, objects, said, text

Json = Any

#: Kubernetes quantities in MiB; Google writes M and G where its pages say MB and GB and means the powers of two.
_UNITS = {"": 1 / 1024**2, "k": 1 / 1024, "K": 1 / 1024, "Ki": 1 / 1024, "M": 1, "Mi": 1, "G": 1024, "Gi": 1024}
_QUANTITY = re.compile(r"^(\d+(?:\.\d+)?)\s*([kKMG]i?)?B?$")
_CONDITIONS = {
    "CONDITION_SUCCEEDED": "ACTIVE",
    "CONDITION_PENDING": "DEPLOYING",
    "CONDITION_RECONCILING": "DEPLOYING",
    "CONDITION_FAILED": "FAILED",
}
#: Who a function runs as when nobody chose (cloud.google.com/functions/docs/securing/function-identity).
_DEFAULTS = {
    "gen1": "{project}@appspot.gserviceaccount.com",
    "gen2": "{number}-compute@developer.gserviceaccount.com",
    "run": "{number}-compute@developer.gserviceaccount.com",
}


def config(one: Seen) -> Json:
    """`config`: sizes in MiB, times in seconds; `native` holds what only Google's functions have."""
    function, first, service, template = one.function, one.older, one.service, one.template
    limits = mapping(mapping(one.container.get("resources"), "resources").get("limits"), "limits")
    return said(
        kind=KINDS[one.kind],
        runtime=runtime_of(one.raw),
        handler=text(one.build, "entryPoint") or text(first, "entryPoint") or text(one.build, "functionTarget"),
        package="Source" if one.build or first else "Image",
        description=text(function or first or service, "description"),
        memory_mb=mebibytes(text(one.config, "availableMemory") or text(limits, "memory"))
        or number(first, "availableMemoryMb"),
        timeout_s=number(one.config, "timeoutSeconds") or seconds(text(first, "timeout") or text(template, "timeout")),
        last_modified=text(function or first or service, "updateTime"),
        native=said(
            environment=text(function, "environment"),
            created=text(function or service, "createTime"),
            cpu=text(one.config, "availableCpu") or text(limits, "cpu"),
            execution_environment=text(template, "executionEnvironment"),
            launch_stage=text(service, "launchStage"),
            creator=text(service, "creator"),
            modifier=text(service, "lastModifier"),
            service=one.service_name,
            security_level=text(one.config, "securityLevel") or _https(first).get("security_level"),
            binary_authorization=_binary(one),
            ssh=service.get("sshEnabled"),
            upgrade=dict(mapping(function.get("upgradeInfo"), "upgradeInfo")),
        ),
    )


def support(live: Json) -> Json:
    """`runtime_management`: what the cloud's live list says of the runtime; nothing when it does not know it."""
    told = mapping(live, "The runtime")
    return said(
        stage=text(told, "stage"), ends=_day(told.get("deprecationDate")), stops=_day(told.get("decommissionDate"))
    )


def _https(first: Mapping[str, Json]) -> dict[str, str]:
    return {"security_level": text(mapping(first.get("httpsTrigger"), "httpsTrigger"), "securityLevel")}


def _binary(one: Seen) -> Json:
    """Only signed images: the policy's name, or whether the project's default policy holds."""
    told = mapping(one.service.get("binaryAuthorization"), "binaryAuthorization")
    default = "default" if told.get("useDefault") else ""
    return text(one.config, "binaryAuthorizationPolicy") or text(told, "policy") or default


def state(one: Seen) -> dict[str, Json]:
    """`state` in Google's words; a Cloud Run service has a condition instead, told in the words of functions."""
    messages = [text(entry, "message") for entry in objects(one.function.get("stateMessages"), "stateMessages")]
    if one.kind != "run":
        word = text(one.function, "state") or text(one.older, "status")
        return {"state": word, **said(reason="; ".join(filter(None, messages)))}
    condition = mapping(one.service.get("terminalCondition"), "terminalCondition")
    told = text(condition, "state")
    word = "DEPLOYING" if one.service.get("reconciling") else _CONDITIONS.get(told, told)
    return {"state": word, **said(reason=text(condition, "message"), reason_code=text(condition, "reason"))}


def mebibytes(quantity: str) -> int | None:
    """A memory quantity (256M, 512Mi, 1Gi, or plain bytes) in MiB; None when there is none."""
    if not quantity:
        return None
    found = _QUANTITY.match(quantity)
    if found is None:
        raise Unusable(f"{quantity[:40]} is no amount of memory.")
    return round(float(found[1]) * _UNITS[found[2] or ""])


def seconds(duration: str) -> int | None:
    """A duration such as 60s or 3.5s in whole seconds; None when there is none."""
    if not duration:
        return None
    found = re.match(r"^(\d+)(?:\.\d+)?s$", duration)
    if found is None:
        raise Unusable(f"{duration[:40]} is no duration.")
    return int(found[1])


def _day(date: Json) -> str:
    """A google.type.Date as text; "" when it is none."""
    parts = [part for name in ("year", "month", "day") if isinstance(part := loosely(date).get(name), int)]
    return "{:04d}-{:02d}-{:02d}".format(*parts) if len(parts) == 3 else ""


def code(one: Seen) -> Json:
    """`code`: the source it was built from, the image that runs, and who built it with what."""
    build, first = one.build, one.first
    image = text(one.container, "image")
    account = text(build, "serviceAccount") or text(first, "buildServiceAccount")
    return said(
        source=_source(one),
        image=image.split("@")[0],
        image_digest=image.split("@")[1] if "@" in image else "",
        build=said(
            id=text(build, "build") or text(build, "name") or text(first, "buildName") or text(first, "buildId"),
            service_account=account.rsplit("/", 1)[-1],
            worker_pool=text(build, "workerPool") or text(first, "buildWorkerPool"),
            repository=text(build, "dockerRepository") or text(first, "dockerRepository") or text(build, "imageUri"),
            registry=text(build, "dockerRegistry") or text(first, "dockerRegistry"),
            base_image=text(build, "baseImage"),
            automatic_updates=_patched(build),
        ),
    )


def _patched(build: Mapping[str, Json]) -> Json:
    """Whether Google patches the base image by itself, or only at a deployment; None when it does not say."""
    if "onDeployUpdatePolicy" in build:
        return False
    return True if "automaticUpdatePolicy" in build else build.get("enableAutomaticUpdates")


def _source(one: Seen) -> str:
    """Where the source lies: an object in a bucket (with its generation), a repository, or what v1 says."""
    source = mapping(one.build.get("source"), "source")
    proven = mapping(one.build.get("sourceProvenance"), "sourceProvenance")
    stored = source.get("storageSource") or proven.get("resolvedStorageSource")
    if stored:
        place = mapping(stored, "storageSource")
        generation = text(place, "generation")
        return f"gs://{text(place, 'bucket')}/{text(place, 'object')}" + (f"#{generation}" if generation else "")
    repository = mapping(source.get("repoSource") or one.first.get("sourceRepository"), "repoSource")
    named = text(repository, "url") or text(repository, "deployedUrl") or text(repository, "repoName")
    return named or text(source, "gitUri") or text(one.first, "sourceArchiveUrl") or text(one.build, "sourceLocation")


def environment(one: Seen) -> Json:
    """`environment`: names with fingerprints, references to secrets, and secrets mounted as files."""
    if one.kind == "run":
        variables, mounts = _of_containers(one), _volumes(one)
    else:
        config = one.config or one.older
        variables = [*_kept(config, "environmentVariables"), *_secret_variables(config)]
        mounts = list(_mounts(config))
    built = _kept(one.build, "environmentVariables") or _kept(one.older, "buildEnvironmentVariables")
    return {"variables": variables, **said(mounts=mounts, build=built)}


def _kept(holder: Mapping[str, Json], key: str) -> list[Json]:
    """Variables as the fetching left them; a mapping would still hold values, and is not for us."""
    value = holder.get(key, [])
    if not isinstance(value, list):
        raise Unusable(f"{key} has not the documented shape.")
    return [dict(mapping(entry, key)) for entry in value]


def _secret_variables(config: Mapping[str, Json]) -> Iterator[Json]:
    for entry in objects(config.get("secretEnvironmentVariables"), "secretEnvironmentVariables"):
        yield {"name": text(entry, "key"), "reference": _secret(entry, text(entry, "version"))}


def _secret(entry: Mapping[str, Json], version: str, project: str = "") -> str:
    """A secret's full name; one that is already full stays as it is."""
    named = text(entry, "secret") or text(entry, "secretName") or text(entry, "name")
    owner = text(entry, "projectId") or project
    whole = named if "/" in named else f"projects/{owner}/secrets/{named}"
    return f"{whole}/versions/{version}" if version and "/versions/" not in whole else whole


def _mounts(config: Mapping[str, Json]) -> Iterator[Json]:
    for volume in objects(config.get("secretVolumes"), "secretVolumes"):
        versions = [text(entry, "version") for entry in objects(volume.get("versions"), "versions")]
        yield {"path": text(volume, "mountPath"), "reference": _secret(volume, versions[0] if versions else "")}


def _of_containers(one: Seen) -> list[Json]:
    found = []
    for container in objects(one.template.get("containers"), "containers"):
        for entry in _kept(container, "env"):
            source = mapping(entry.pop("source", None), "valueSource")
            key = mapping(source.get("secretKeyRef"), "secretKeyRef")
            if key:
                entry["reference"] = _secret(key, text(key, "version") or text(key, "key"), one.project)
            found.append(entry)
    return found


def _volumes(one: Seen) -> list[Json]:
    paths: dict[str, str] = {
        text(mount, "name"): text(mount, "mountPath")
        for container in objects(one.template.get("containers"), "containers")
        for mount in objects(container.get("volumeMounts"), "volumeMounts")
    }
    return [
        {
            "path": paths.get(text(volume, "name"), ""),
            "reference": _secret(mapping(volume["secret"], "secret"), "", one.project),
        }
        for volume in objects(one.template.get("volumes"), "volumes")
        if volume.get("secret")
    ]


def identity(one: Seen) -> Json:
    """`identity`: the service account by its e-mail, as identities are named; without one, the default of its kind."""
    named = (
        text(one.config, "serviceAccountEmail") or text(one.older, "serviceAccountEmail")
        or text(one.template, "serviceAccount")
    )  # fmt: skip
    number_known = str(mapping(one.raw.get("inherited"), "inherited").get("number") or "")
    wanted = _DEFAULTS[one.kind]
    if not named and "{number}" in wanted and not number_known.isdigit():
        raise Unusable("It runs as the project's default account, whose name needs the project's number.")
    email = named.rsplit("/", 1)[-1] or wanted.format(project=one.project, number=number_known)
    return {"identities": [{"id": email, "kind": "service account"}]}


def tags(one: Seen) -> Json:
    labels = mapping((one.function or one.first or one.service).get("labels"), "labels")
    return {str(key): "" if value is None else str(value) for key, value in labels.items()}


def encryption(one: Seen) -> Json:
    """`encryption`: the owner's own key, "" for Google's."""
    if one.kind == "run":
        revoked = text(one.template, "encryptionKeyRevocationAction")
        return {"key": text(one.template, "encryptionKey"), **said(revoked=revoked)}
    return {"key": text(one.function, "kmsKeyName") or text(one.older, "kmsKeyName")}


def concurrency(one: Seen) -> Json:
    """How many instances there may be, and how many calls each takes at once."""
    if one.kind == "run":
        scaling, whole = (mapping(holder.get("scaling"), "scaling") for holder in (one.template, one.service))
        return said(
            max_instances=number(scaling, "maxInstanceCount") or number(whole, "maxInstanceCount"),
            min_instances=number(scaling, "minInstanceCount") or number(whole, "minInstanceCount"),
            per_instance=number(one.template, "maxInstanceRequestConcurrency"),
            mode=text(whole, "scalingMode"),
        )
    return said(
        max_instances=number(one.config, "maxInstanceCount") or number(one.older, "maxInstances"),
        min_instances=number(one.config, "minInstanceCount") or number(one.older, "minInstances"),
        per_instance=number(one.config, "maxInstanceRequestConcurrency") or (1 if one.kind == "gen1" else None),
    )


def logging(one: Seen) -> Json:
    """`logging`: everything goes to Cloud Logging; `data_access` says which calls of the API are recorded, too."""
    service = "cloudfunctions.googleapis.com" if one.kind == "gen1" else "run.googleapis.com"
    recorded: set[str] = set()
    for level in objects(mapping(one.raw.get("inherited"), "inherited").get("audit"), "audit"):
        for entry in objects(level.get("configs"), "auditConfigs"):
            if text(entry, "service") in (service, "allServices"):
                kinds = objects(entry.get("auditLogConfigs"), "auditLogConfigs")
                recorded |= {text(kind, "logType") for kind in kinds if not kind.get("exemptedMembers")}
    return {"group": f"projects/{one.project}/logs", "data_access": sorted(recorded - {""})}


def versions(one: Seen) -> Json:
    """`versions`: which revisions get how much traffic, and which have an address of their own (tags)."""
    latest = text(one.service, "latestReadyRevision").rsplit("/", 1)[-1]
    return {
        "aliases": [_target(entry, latest) for entry in _targets(one)],
        **said(latest=latest),
    }


def _targets(one: Seen) -> Iterable[Mapping[str, Json]]:
    """What the cloud says the traffic is, else what it is to be."""
    return list(objects(one.service.get("trafficStatuses") or one.service.get("traffic"), "traffic"))


def _target(entry: Mapping[str, Json], latest: str) -> Json:
    revision = text(entry, "revision").rsplit("/", 1)[-1]
    follows = text(entry, "type").endswith("LATEST")
    return said(
        name=text(entry, "tag") or ("latest" if follows else revision),
        version=revision or (latest if follows else ""),
        percent=number(entry, "percent"),
        tagged=bool(entry.get("tag")),
        url=text(entry, "uri"),
    )


def published(one: Seen) -> Json:
    """`published`: the revisions that may still be called, each with the identity and image it had."""
    called = {entry.get("version") for entry in versions(one)["aliases"]}
    found = []
    for revision in objects(one.raw["revisions"], "revisions"):
        name = text(revision, "name").rsplit("/", 1)[-1]
        containers = list(objects(revision.get("containers"), "containers"))
        if name in called:
            found.append(said(
                version=name,
                identity=text(revision, "serviceAccount"),
                image=text(containers[0], "image") if containers else "",
                last_modified=text(revision, "createTime"),
            ))  # fmt: skip
    return {"published": found}
