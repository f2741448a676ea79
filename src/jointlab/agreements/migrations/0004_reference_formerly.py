from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_paper_comparison"),
    ]

    operations = [
        migrations.AddField(
            model_name="reference",
            name="formerly",
            field=models.JSONField(default=list),
        ),
    ]
