from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Stored two-party processes."""

    name = "jointlab.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the stored logs which records this room keeps, and the link what the files of cases are called."""
        from jointlab.cases import projections
        from jointlab.cases.files import names_of_files
        from jointlab.federation.blobs.progress import register_names

        projections.register()
        register_names(names_of_files)
