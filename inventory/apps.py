"""What is there, and what was."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from inventory.append_only import after_migrating
        from inventory.clock import compare_clocks

        post_migrate.connect(after_migrating, sender=self, dispatch_uid="append-only")
        connection_created.connect(compare_clocks, dispatch_uid="compare clocks")
