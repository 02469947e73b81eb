"""Secrets that an installation makes for itself once, so that a first start asks nothing."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_secret(path: Path) -> str:
    """The secret kept in the file, made on first use; readable by the owner only.

    Several processes may start at once: the file appears whole or not at all, and all of them read the same one.
    Raises ImproperlyConfigured, with what to do, when the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(60))
            _publish(draft, path)
        return path.read_text().strip()
    except OSError as fault:
        raise ImproperlyConfigured(
            f"{path} cannot be kept: {fault.strerror}. Make the folder writable, choose another one with FANLIGHT_VAR, "
            "or set FANLIGHT_SECRET_KEY and FANLIGHT_FINGERPRINT_KEY."
        ) from fault


def _publish(draft: Path, path: Path) -> None:
    """Give the draft its name unless another process was first."""
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
