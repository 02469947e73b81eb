"""What `deploy/` offers fits the product: its settings exist, its parts are those, and nothing may do too much."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PARTS = {"web", "worker", "beat", "migrate"}
#: Told to Celery, PostgreSQL and the like, and no settings of ours.
FOREIGN = {"POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "PATH"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def manifests() -> list[dict[str, Any]]:
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load_all(file.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """The pod of each part."""
    found = [one["spec"]["template"] for one in manifests() if one["kind"] in ("Deployment", "Job")]
    return {one["metadata"]["labels"]["part"]: one["spec"] for one in found}


def described() -> set[str]:
    text = (ROOT / "docs" / "configuration.md").read_text()
    return set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", text, re.MULTILINE))


def test_every_setting_named_there_exists() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.is_file()]
    named = {
        name for path in files for name in re.findall(r"\b(?:FANLIGHT|CELERY|DATABASE)_[A-Z_]+\b", path.read_text())
    }
    assert named - described() == set()


def test_the_compose_file_has_every_part_and_gives_none_more_than_it_needs() -> None:
    parts = compose()["services"]
    assert set(parts) == PARTS | {"database", "broker"}
    for name in PARTS | {"broker"}:
        part = parts[name]
        assert part["read_only"] is True and part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in part, name
    assert all(port.startswith("127.0.0.1:") for port in parts["web"]["ports"]), "only the proxy reaches the pages"
    assert not any("ports" in parts[name] for name in set(parts) - {"web"})


def test_every_pod_runs_as_nobody_on_a_read_only_file_system() -> None:
    assert set(pods()) == PARTS
    for name, pod in pods().items():
        (container,) = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
        assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
        assert "memory" in container["resources"]["limits"], name
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/var/lib/fanlight", "/tmp"}, name


def test_only_workers_have_an_identity_with_which_clouds_are_reached() -> None:
    assert {name for name, pod in pods().items() if pod["serviceAccountName"] == "fanlight-worker"} == {"worker"}


def test_the_kubernetes_files_are_all_applied_and_hold_no_secret() -> None:
    wanted = next(one for one in manifests() if one["kind"] == "Kustomization")["resources"]
    files = {path.name for path in (DEPLOY / "kubernetes").glob("*.yaml")} - {"kustomization.yaml"}
    assert set(wanted) == files
    assert "Secret" not in {one["kind"] for one in manifests()}
    kept = next(one for one in manifests() if one["kind"] == "ConfigMap")["data"]
    assert not [name for name in kept if re.search("KEY|TOKEN|PASSWORD|URL", name)]


def test_the_same_commands_start_the_parts_everywhere() -> None:
    services = compose()["services"]
    for part, pod in pods().items():
        if "command" not in pod["containers"][0]:
            continue
        shown = " ".join(pod["containers"][0]["command"]).removesuffix(" --no-input")
        assert shown == services[part]["command"], part
        unit = DEPLOY / "systemd" / f"fanlight-{part}.service"
        if unit.exists():
            assert f"ExecStart=/opt/fanlight/.venv/bin/{shown}" in unit.read_text().splitlines(), part


def test_a_worker_has_the_time_to_hand_its_runs_back() -> None:
    assert pods()["worker"]["terminationGracePeriodSeconds"] > 30
    assert int(compose()["services"]["worker"]["stop_grace_period"].removesuffix("s")) > 30


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_as_an_own_user_and_may_write_in_one_place(unit: Path) -> None:
    text = unit.read_text()
    assert "User=fanlight" in text and "ProtectSystem=strict" in text and "NoNewPrivileges=true" in text
    assert "StateDirectory=fanlight" in text and "CapabilityBoundingSet=\n" in text
    assert int(re.findall(r"TimeoutStopSec=(\d+)", text)[0]) > 30


def test_the_image_is_built_in_stages_and_ends_as_nobody() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    *_, last = text.split("\nFROM ")
    assert text.count("\nFROM ") == 3
    assert "USER 10001:10001" in last and "RUN pip" not in last and "npm" not in last
    assert "--require-hashes" in text
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", last, re.MULTILINE))
    sources = {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in sources)
    assert not {"tests", "benchmarks", "docs", ".", "var"} & sources
    assert {"config", "inventory", "collectors", "findings", "templates", "static", "manage.py"} <= sources
