from django.apps import AppConfig


class FederationConfig(AppConfig):
    """Partners: pairing, pulling, serving."""

    name = "jointlab.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps."""
        from jointlab.federation import menu, pills, projections
        from jointlab.web.links import register
        from jointlab.web.menu import add

        projections.register()
        add(*menu.ITEMS)
        register(pills.worst_link)
