"""What a node finds when it prints once more what a partner printed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of comparisons."""

    dependencies = [("agreements", "0002_evidence")]

    operations = [
        migrations.CreateModel(
            name="PaperComparison",
            fields=[
                ("step", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("differ", models.JSONField(default=list)),
                ("at", models.DateTimeField(auto_now=True)),
            ],
        ),
    ]
