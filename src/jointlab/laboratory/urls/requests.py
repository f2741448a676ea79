from django.urls import path

from jointlab.laboratory.views import requests

urlpatterns = [
    path("requests", requests.requests, name="requests"),
    path("requests/new", requests.ask, name="request-new"),
]
