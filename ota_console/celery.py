"""The Celery application: `celery -A ota_console.celery worker -B`. Tasks name it, so that whoever sends one has it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ota_console.settings")

app = Celery("ota_console")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["ota_console", "deployments", "devices"])
