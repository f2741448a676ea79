from django.urls import path

from jointlab.reports import views

urlpatterns = [path("", views.overview, name="overview")]
