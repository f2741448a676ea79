from django.db import migrations, models


class Migration(migrations.Migration):
    """Who proposed: what was typed here is not replaced by what a stranger sends."""

    dependencies = (("federation", "0001_initial"),)

    operations = (
        migrations.AddField(model_name="partner", name="asked_here", field=models.BooleanField(default=False)),
    )
