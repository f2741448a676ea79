from django.apps import AppConfig


class BlobsConfig(AppConfig):
    """Files between nodes."""

    name = "jointlab.federation.blobs"
    label = "federation_blobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What is erased is not fetched any more."""
        from jointlab.federation.blobs.wanting import forget
        from jointlab.history.registry import register_forgetting

        register_forgetting(forget)
