from django.apps import AppConfig


class MobilityConfig(AppConfig):
    """Stays of persons at the other site, and the places that clauses grant for them."""

    name = "jointlab.mobility"
    label = "mobility"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, the cases its process, the menu its pages."""
        from jointlab.agreements.beside import register
        from jointlab.mobility import case_kind, menu, projections
        from jointlab.mobility.beside import places_beside
        from jointlab.web.menu import add

        projections.register()
        case_kind.register_kind()
        register(places_beside)
        add(*menu.ITEMS)
