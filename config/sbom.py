"""What Fanlight is made of, from the lock files: names, versions, digests and licences, as CycloneDX 1.6.

Lock files say what is installed; the licence of a Python package is what its own metadata says here, in this
installation, and is left out where it is not installed.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from django.conf import settings

Json = dict[str, Any]

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)([^\n]*(?:\n[ \t]+[^\n]*)*)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Package:
    """One package that is installed. `digests` are hexadecimal, one for each file that the lock file allows.

    `licence` is an SPDX expression where `spdx` says so, else the package's own words; `everywhere` is False for what
    only some platforms need.
    """

    kind: str
    name: str
    version: str
    licence: str
    spdx: bool
    algorithm: str
    digests: tuple[str, ...]
    everywhere: bool = True

    @property
    def purl(self) -> str:
        """The package's address in the package-URL notation."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def packages(root: Path | None = None) -> list[Package]:
    """Every package that a running installation holds, by name; tests and checks need more, which is not told."""
    root = root or settings.BASE_DIR
    found = [
        *_python((root / "requirements" / "base.txt").read_text()),
        *_front((root / "package-lock.json").read_text()),
    ]
    return sorted(found, key=lambda package: (package.kind, package.name.lower()))


def _python(lock: str) -> Iterator[Package]:
    for name, version, rest in _PINNED.findall(lock):
        digests, everywhere = tuple(_HASH.findall(rest)), ";" not in rest
        yield Package("pypi", name.lower(), version, *_licence_of(name), "SHA-256", digests, everywhere)


def _front(lock: str) -> Iterator[Package]:
    for place, told in json.loads(lock)["packages"].items():
        if not place or told.get("dev"):
            continue
        algorithm, _, digest = told.get("integrity", "").partition("-")
        digests = (b64decode(digest).hex(),) if digest else ()
        name, licence = place.rpartition("node_modules/")[2], str(told.get("license", ""))
        yield Package("npm", name, told["version"], licence, True, algorithm.replace("sha", "SHA-"), digests)


def _licence_of(name: str) -> tuple[str, bool]:
    """What the package says of itself: its licence expression, else its classifiers, else its own words."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return "", False
    if expression := _one(about, "License-Expression"):
        return expression, True
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    names = [line.rpartition(" :: ")[2] for line in classifiers if line != "License :: OSI Approved"]
    return " or ".join(names) or (_one(about, "License").splitlines() or [""])[0][:100], False


def _one(about: PackageMetadata, field: str) -> str:
    return str((about.get_all(field) or [""])[0]).strip()


def sbom(root: Path | None = None) -> Json:
    """The bill of materials. The same lock files give the same document: it holds no time and no random number."""
    parts = packages(root)
    ours = f"pkg:generic/fanlight@{settings.VERSION}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": ours, "name": "fanlight", "version": settings.VERSION,
                "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": ours,
            }
        },
        "components": [_component(package) for package in parts],
        "dependencies": [{"ref": ours, "dependsOn": [package.purl for package in parts]}],
    }  # fmt: skip


def _component(package: Package) -> Json:
    component: Json = {
        "type": "library", "bom-ref": package.purl, "name": package.name, "version": package.version,
        "purl": package.purl, "scope": "required" if package.everywhere else "optional",
    }  # fmt: skip
    if package.licence:
        said = package.licence
        component["licenses"] = [{"expression": said} if package.spdx else {"license": {"name": said}}]
    hashes = [{"alg": package.algorithm, "content": digest} for digest in package.digests]
    if len(hashes) == 1:
        component["hashes"] = hashes
    elif hashes:
        # Several files may be installed under this version (one a platform): each has its digest.
        component["externalReferences"] = [{"type": "distribution", "url": package.purl, "hashes": hashes}]
    return component
