from django.apps import AppConfig


class NodeConfig(AppConfig):
    """This installation: assembly of all rooms."""

    name = "jointlab.node"
    label = "node"

    def ready(self) -> None:
        """A line in the administrators' menu, with the number of alarms."""
        from django.utils.translation import gettext_lazy as _

        from jointlab.node import state_views
        from jointlab.web import menu

        menu.add(
            menu.Item(
                "node", 90, _("State of the node"), "node-state", count=state_views.alarm_count,
                shown=state_views.administers,
            )
        )  # fmt: skip
