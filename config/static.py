"""Static files named by version instead of by hash: no collectstatic needed to start."""

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStaticFiles(StaticFilesStorage):
    """Adds the product's version to each address, so that an upgrade reaches browsers that cached the last one."""

    def url(self, name: str | None) -> str:
        return f"{super().url(name)}?v={settings.VERSION}"
