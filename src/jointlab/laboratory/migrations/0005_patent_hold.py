from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("laboratory", "0004_sharing")]

    operations = [
        migrations.AddField(model_name="project", name="patent_hold", field=models.BooleanField(default=False)),
        migrations.AlterField(
            model_name="project",
            name="kind",
            field=models.CharField(
                choices=[
                    ("fundamental", "Fundamental research"),
                    ("applied", "Applied research"),
                    ("contract", "Contract research"),
                    ("education", "Education"),
                ],
                default="fundamental",
                max_length=20,
            ),
        ),
    ]
