from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """The stored logs."""

    name = "jointlab.history"
    label = "history"
    default_auto_field = "django.db.models.BigAutoField"
