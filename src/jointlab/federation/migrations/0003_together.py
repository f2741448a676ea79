from django.db import migrations, models


class Migration(migrations.Migration):
    """Partnerships of more than two, and what their members show each other of a third one's log."""

    dependencies = (("federation", "0002_asked_here"),)

    operations = (
        migrations.CreateModel(
            name="Joining",
            fields=[
                ("record", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("home", models.CharField(max_length=20)),
                ("partnership", models.CharField(max_length=80)),
                ("members", models.JSONField(default=list)),
                ("by", models.CharField(blank=True, default="", max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.CharField(max_length=120)),
                ("by", models.CharField(max_length=20)),
                ("size", models.BigIntegerField()),
                ("note", models.TextField()),
                ("at", models.DateTimeField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("log", "by"), name="sighting_once")]},
        ),
    )
