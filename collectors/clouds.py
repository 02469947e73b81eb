"""The clouds we can read: what lies in `collectors/providers/`.

Loading a provider loads its SDK, so only workers and commands may ask, only for the one they need, and never while a
module is imported.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from collectors import providers
from collectors.provider import BadConnection, Provider


def slugs() -> list[str]:
    """The providers there are, found without loading any."""
    return sorted(module.name for module in iter_modules(providers.__path__) if not module.name.startswith("_"))


@cache
def load(slug: str) -> Provider:
    """What the provider's folder declares as its PROVIDER."""
    provider: Provider = import_module(f"{providers.__name__}.{slug}").PROVIDER
    return provider


def cloud(slug: str) -> Provider:
    """The provider of this slug; raises BadConnection with the ones there are."""
    if slug not in slugs():
        raise BadConnection(f"There is no provider {slug!r}; known are: {', '.join(slugs())}.")
    return load(slug)
