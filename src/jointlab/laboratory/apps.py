from django.apps import AppConfig


class LaboratoryConfig(AppConfig):
    """The laboratory."""

    name = "jointlab.laboratory"
    label = "laboratory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, the workers which work it has, the menu its pages."""
        from jointlab.laboratory import menu, projections, tasks
        from jointlab.web.menu import add

        projections.register()
        tasks.register()
        add(*menu.ITEMS)
