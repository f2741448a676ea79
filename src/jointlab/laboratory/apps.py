from django.apps import AppConfig


class LaboratoryConfig(AppConfig):
    """The laboratory."""

    name = "jointlab.laboratory"
    label = "laboratory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, the workers which work it has, the menu its pages."""
        from jointlab.agreements import known_projects
        from jointlab.agreements.beside import register as register_beside
        from jointlab.federation.blobs.progress import register_names
        from jointlab.federation.blobs.settings import register_projects
        from jointlab.laboratory import case_kinds, menu, projections, tasks
        from jointlab.laboratory.beside import shared_beside
        from jointlab.laboratory.queries.missing import names_of_files, projects_of_records
        from jointlab.laboratory.queries.projects import titles
        from jointlab.web.menu import add

        projections.register()
        tasks.register()
        case_kinds.register()
        register_names(names_of_files)
        register_projects(projects_of_records)
        known_projects.register(titles)
        register_beside(shared_beside)
        add(*menu.ITEMS)
