"""The installation: wires the three apps together; nothing imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
