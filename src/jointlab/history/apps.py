from django.apps import AppConfig


class HistoryConfig(AppConfig):
    """The stored logs."""

    name = "jointlab.history"
    label = "history"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Counts on pages follow the newest entry."""
        from jointlab.history.logs import newest_entry
        from jointlab.web import remembered

        remembered.follow(newest_entry)
