from django.urls import path

from jointlab.mobility.views import board, case, nominate

urlpatterns = [
    path("mobility", board.mobility, name="mobility"),
    path("mobility/places", board.places, name="mobility-places"),
    path("mobility/calendar.ics", board.calendar_of_all, name="mobility-calendar"),
    path("mobility/nominate", nominate.nominate, name="mobility-nominate"),
    path("mobility/<str:id>", case.case, name="mobility-case"),
    path("mobility/<str:id>/calendar.ics", case.calendar_of_case, name="mobility-case-calendar"),
    path("mobility/<str:id>/learning-agreement", case.learning, name="mobility-learning"),
    path("mobility/<str:id>/transcript", case.transcript, name="mobility-transcript"),
    path("mobility/<str:id>/recognition", case.recognition, name="mobility-recognition"),
    path("mobility/<str:id>/change", case.change, name="mobility-change"),
]
