from typing import Any

from django.db import migrations, models


def escape(apps: Any, schema_editor: Any) -> None:
    """Sentences that were stored whole become templates without names."""
    rows = apps.get_model("history", "SetAside").objects
    for pk, text in rows.filter(models.Q(template__contains="{") | models.Q(template__contains="}")).values_list(
        "pk", "template"
    ):
        rows.filter(pk=pk).update(template=text.replace("{", "{{").replace("}", "}}"))


class Migration(migrations.Migration):
    """Why a partner's record was set aside: the sentence by its template and facts, so that pages can translate it."""

    dependencies = (("history", "0002_several_logs"),)

    operations = (
        migrations.RenameField(model_name="setaside", old_name="sentence", new_name="template"),
        migrations.AddField(model_name="setaside", name="facts", field=models.JSONField(default=dict)),
        migrations.RunPython(escape, migrations.RunPython.noop),
    )
