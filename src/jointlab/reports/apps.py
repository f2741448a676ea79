from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What draws on several rooms. It keeps nothing of its own."""

    name = "jointlab.reports"
    label = "reports"
