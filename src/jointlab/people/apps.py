from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Institutions, persons, roles, sign-in, permissions."""

    name = "jointlab.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, the pages which sites there are, the menu its pages."""
        from jointlab.people import menu, projections
        from jointlab.people.sites import sites
        from jointlab.web.menu import add
        from jointlab.web.sites import register

        projections.register()
        register(sites)
        add(*menu.ITEMS)
