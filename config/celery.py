"""The Celery application: the same task code over a folder, Redis or RabbitMQ."""

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("fanlight")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(["inventory", "collectors", "findings"])
app.autodiscover_tasks(["collectors"], related_name="trial")
app.autodiscover_tasks(["collectors"], related_name="workers")
