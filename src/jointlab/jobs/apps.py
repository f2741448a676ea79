from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work: rows with lease and heartbeat. Knows no domain."""

    name = "jointlab.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
