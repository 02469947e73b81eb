"""The installation as a Django app: its commands and its checks."""

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import config.checks
        import config.deeds
        import config.sessions  # noqa: F401 - each registers what it holds
