"""How the files of one project come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("federation_blobs", "0002_stopped")]

    operations = [
        migrations.CreateModel(
            name="ProjectFiles",
            fields=[
                ("slug", models.CharField(max_length=60, primary_key=True, serialize=False)),
                (
                    "mode",
                    models.CharField(
                        choices=[("at-once", "At Once"), ("at-night", "At Night"), ("on-demand", "On Demand")],
                        max_length=10,
                    ),
                ),
                ("up_to", models.BigIntegerField(default=0)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
