"""The frameworks that rules answer to. A rule names a control as "framework:control". No Django here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Framework:
    """A set of published controls: its name as its publisher writes it, its version, and whose functions it is about
    (provider slugs)."""

    name: str
    version: str
    providers: tuple[str, ...]


_ALL = ("aws", "gcp", "azure")

#: By the word that rules use.
FRAMEWORKS: Mapping[str, Framework] = {
    "cis-aws-compute": Framework("CIS AWS Compute Services Benchmark", "1.0.0", ("aws",)),
    "aws-fsbp": Framework("AWS Foundational Security Best Practices", "Lambda controls", ("aws",)),
    "cis-azure-2.0": Framework("CIS Microsoft Azure Foundations Benchmark", "2.0.0", ("azure",)),
    "cis-azure-2.1": Framework("CIS Microsoft Azure Foundations Benchmark", "2.1.0", ("azure",)),
    "cis-azure-3.0": Framework("CIS Microsoft Azure Foundations Benchmark", "3.0.0", ("azure",)),
    "cis-azure-4.0": Framework("CIS Microsoft Azure Foundations Benchmark", "4.0.0", ("azure",)),
    "cis-azure-5.0": Framework("CIS Microsoft Azure Foundations Benchmark", "5.0.0", ("azure",)),
    "cis-aws-7.0": Framework("CIS Amazon Web Services Foundations Benchmark", "7.0.0", ("aws",)),
    "nist-800-53": Framework("NIST SP 800-53", "Rev. 5", _ALL),
    "pci-dss-3.2.1": Framework("PCI DSS", "3.2.1", _ALL),
    "pci-dss-4.0": Framework("PCI DSS", "4.0.1", _ALL),
    "iso-27001": Framework("ISO/IEC 27001", "2022", _ALL),
    "soc-2": Framework("SOC 2 Trust Services Criteria", "2017", _ALL),
    "mitre-attack": Framework("MITRE ATT&CK", "Enterprise", _ALL),
}
