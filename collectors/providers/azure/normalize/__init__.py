"""What Azure's answers mean, in our words: pure, no Django, no SDK. See `normalize`."""

from collectors.providers.azure.normalize.entry import NORMALIZER, normalize

__all__ = ["NORMALIZER", "normalize"]
