"""A fetch that a person stopped."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("federation_blobs", "0001_initial")]

    operations = [
        migrations.AddField("fetch", "stopped", models.BooleanField(default=False)),
    ]
