"""The addresses of files, for nodes."""

from django.urls import path

from jointlab.federation.blobs import views

urlpatterns = [
    path("fed/v1/blobs/<str:sha256>", views.blob),
    path("fed/v1/blobs/<str:sha256>/chunks", views.chunks),
    path("fed/v1/wanted", views.wanted),
    path("fed/v1/bring/<str:sha256>", views.bring),
    path("fed/v1/bring/<str:sha256>/<int:number>", views.bring_chunk),
]
