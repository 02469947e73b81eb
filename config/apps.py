"""The installation as a Django app: its commands and its checks."""

from typing import Any

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import config.checks
        import config.deeds
        import config.sessions  # noqa: F401 - each registers what it holds
        from collectors.receiving.sender import fetch_through

        fetch_through(_key_set)


def _key_set(address: str) -> Any:
    """Imported when a token is to be checked: pages that only name a provider need nothing that fetches."""
    from config.event_keys import key_set

    return key_set(address)
