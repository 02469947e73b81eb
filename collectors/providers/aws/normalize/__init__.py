"""What AWS's answers mean, in our words: pure, no Django, no SDK. See `normalize`."""

from collectors.providers.aws.normalize.entry import NORMALIZER, normalize

__all__ = ["NORMALIZER", "normalize"]
