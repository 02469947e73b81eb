"""The stacks that Azure supports for function apps, each with the day on which its support ends."""

from collectors.sandbox.rest import Wire

#: Stack, version, what Linux apps name it, and the end of its support; the days are those of Microsoft's own table.
_STACKS = (
    ("python", "3.12", "Python|3.12", "2028-10-31"),
    ("python", "3.11", "Python|3.11", "2027-10-31"),
    ("node", "22", "Node|22", "2027-04-30"),
    ("node", "20", "Node|20", "2026-04-30"),
    ("dotnet", "8", "DOTNET-ISOLATED|8.0", "2026-11-10"),
    ("java", "17", "Java|17", "2027-09-01"),
)


def stacks() -> list[Wire]:
    """One entry a stack, with a minor version for each of its versions."""
    return [_stack(name) for name in dict.fromkeys(stack for stack, *_ in _STACKS)]


def _stack(name: str) -> Wire:
    majors = [_major(version, named, ends) for stack, version, named, ends in _STACKS if stack == name]
    return {
        "name": name,
        "type": "Microsoft.Web/functionAppStacks",
        "properties": {"displayText": name, "value": name, "majorVersions": majors},
    }


def _major(version: str, named: str, ends: str) -> Wire:
    settings: Wire = {
        "runtimeVersion": named,
        "isPreview": False,
        "isDeprecated": False,
        "isHidden": False,
        "siteConfigPropertiesDictionary": {"use32BitWorkerProcess": False, "linuxFxVersion": named},
        "supportedFunctionsExtensionVersions": ["~4"],
        "endOfLifeDate": f"{ends}T00:00:00Z",
    }
    minor = {"displayText": version, "value": version, "stackSettings": {"linuxRuntimeSettings": settings}}
    return {"displayText": version, "value": version, "minorVersions": [minor]}
