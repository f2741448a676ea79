from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell: base page, components, error pages, static files. Knows no domain."""

    name = "jointlab.web"
    label = "web"
