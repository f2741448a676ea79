from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class AgreementsConfig(AppConfig):
    """Agreements between institutions."""

    name = "jointlab.agreements"
    label = "agreements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, the cases which processes it has, the workers which work."""
        from jointlab.agreements import case_kinds, menu, projections, tasks
        from jointlab.agreements.queries.book import begin_page, end_page
        from jointlab.agreements.views import page
        from jointlab.web.menu import add

        projections.register()
        tasks.register()
        case_kinds.register(page=page.drawn, url=page.address)
        add(*menu.ITEMS)
        request_started.connect(begin_page, dispatch_uid="book")
        request_finished.connect(end_page, dispatch_uid="book")
