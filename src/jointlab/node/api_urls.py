"""The addresses of the API, imported with it when the first of them is asked for."""

from jointlab.node.api import api

urlpatterns, _app_name, _namespace = api.urls
