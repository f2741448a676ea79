from django.urls import path

from jointlab.cases import views

urlpatterns = [
    path("cases/<str:id>", views.case, name="case"),
    path("cases/<str:id>/files/<str:sha256>", views.file, name="case-file"),
    path("cases/<str:id>/<slug:name>", views.step, name="case-step"),
]
