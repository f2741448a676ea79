from django.urls import path
from django.views.i18n import set_language

from jointlab.web import views

urlpatterns = [
    path("language", set_language, name="set-language"),
    path("components", views.components, name="components"),
    path("formats", views.formats, name="formats"),
]
