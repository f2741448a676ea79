"""The addresses for nodes. A log is named by its partnership and its member: cn+kz/kz."""

from django.urls import path

from jointlab.federation import views

_LOG = "fed/v1/logs/<str:partnership>/<str:member>"
_MIRROR = "fed/v1/mirror/<str:partnership>/<str:member>"

urlpatterns = [
    path(".well-known/jointlab", views.node),
    path("fed/v1/pair", views.propose),
    path("fed/v1/logs", views.logs),
    path(f"{_LOG}/checkpoint", views.checkpoint),
    path(f"{_LOG}/entries", views.entries),
    path(f"{_LOG}/cosignatures", views.cosignatures),
    path(f"{_LOG}/proof", views.proof),
    path(f"{_MIRROR}/checkpoint", views.mirror_checkpoint),
    path(f"{_MIRROR}/entries", views.mirror_entries),
    path(f"{_MIRROR}/compare", views.compare),
    path("fed/v1/deliver/<str:partnership>/<str:member>", views.deliver),
    path("fed/v1/poke", views.poke),
]
