"""The installation as a Django app: its commands and its checks."""

from django.apps import AppConfig


class InstallationConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        import config.checks
        import config.deeds  # noqa: F401 - both register what they hold
