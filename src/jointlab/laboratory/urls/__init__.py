"""The addresses of this room: one module for each subject."""

from jointlab.laboratory.urls import inbox, measurements, overview, projects, samples, transfers

urlpatterns = [
    *overview.urlpatterns,
    *inbox.urlpatterns,
    *samples.urlpatterns,
    *transfers.urlpatterns,
    *measurements.urlpatterns,
    *projects.urlpatterns,
]
