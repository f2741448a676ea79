"""Every address of the node."""

from django.urls import include, path

from jointlab.node import demonstration_views, erase_views, state_views
from jointlab.node.late_urls import LateResolver

urlpatterns = [
    path("health", state_views.health, name="health"),
    path("state", state_views.state, name="node-state"),
    path("erase", erase_views.erase, name="erase"),
    path("demonstration", demonstration_views.demonstration, name="demonstration"),
    path("demonstration/link", demonstration_views.demonstration_link, name="demonstration-link"),
    LateResolver("api/v1/", "jointlab.node.api_urls", app_name="ninja", namespace="api"),
    path("", include("jointlab.federation.urls")),
    path("", include("jointlab.federation.page_urls")),
    path("", include("jointlab.federation.blobs.urls")),
    path("", include("jointlab.web.urls")),
    path("", include("jointlab.people.urls")),
    path("", include("jointlab.cases.urls")),
    path("", include("jointlab.agreements.urls")),
    path("", include("jointlab.laboratory.urls")),
    path("", include("jointlab.mobility.urls")),
    path("", include("jointlab.reports.urls")),
]

handler400 = "jointlab.web.errors.bad_request"
handler403 = "jointlab.web.errors.not_allowed"
handler404 = "jointlab.web.errors.not_found"
handler500 = "jointlab.web.errors.broken"
