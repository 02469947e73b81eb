"""The people who use Fanlight."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person who signs in. Roles beyond `is_superuser` come with the team features."""

    email = models.EmailField(blank=True)
    preferences = models.JSONField(default=dict, blank=True)

    def preference(self, name: str, default: Any = None) -> Any:
        """A kept choice of this person, such as the columns of a list or the theme."""
        return self.preferences.get(name, default)


class SavedSearch(models.Model):
    """A named query of a list, addressable by its slug."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="searches")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    list_name = models.CharField(max_length=40, default="functions")
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "slug"], name="saved_search_slug")]

    def __str__(self) -> str:
        return self.name
