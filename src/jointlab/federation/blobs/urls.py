"""The addresses of files, for nodes."""

from django.urls import path

from jointlab.federation.blobs import views

urlpatterns = [
    path("fed/v1/blobs/<str:sha256>", views.blob),
    path("fed/v1/blobs/<str:sha256>/chunks", views.chunks),
]
