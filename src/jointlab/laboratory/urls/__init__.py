"""The addresses of this room: one module for each subject."""

from jointlab.laboratory.urls import inbox, measurements, projects, requests, samples, transfers

urlpatterns = [
    *inbox.urlpatterns,
    *samples.urlpatterns,
    *transfers.urlpatterns,
    *requests.urlpatterns,
    *measurements.urlpatterns,
    *projects.urlpatterns,
]
