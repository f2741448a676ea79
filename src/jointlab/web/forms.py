"""How forms look: a label, the field, a hint, the error at the field and, when there are several, a list at the top."""

from django.forms.renderers import TemplatesSetting


class HouseForms(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` as the components page shows them."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"
