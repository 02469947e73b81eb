"""A folder of declarations: what is in it is what there is."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


def shelf(package: ModuleType, name: str) -> dict[str, Any]:
    """Map each module's own name to what it declares as `name`; a module that declares nothing is an error."""
    modules = sorted(module.name for module in iter_modules(package.__path__) if not module.name.startswith("_"))
    return {module: getattr(import_module(f"{package.__name__}.{module}"), name) for module in modules}
