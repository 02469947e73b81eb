"""What a password must be: long, and on no list of common ones; nothing about capitals and digits."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class AtMost:
    """At most so many characters: hashing a book costs the server, not the thief."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError for a password that is too long."""
        if len(password) > self.max_length:
            raise ValidationError(f"This password is too long: at most {self.max_length} characters.", "too_long")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters; a sentence of several words is good."
