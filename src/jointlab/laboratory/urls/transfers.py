from django.urls import path

from jointlab.laboratory.views import slips, transfers

urlpatterns = [
    path("transfers", transfers.transfers, name="transfers"),
    path("transfers/<str:id>", transfers.transfer, name="transfer"),
    path("transfers/<str:id>/slip.pdf", slips.slip, name="transfer-slip"),
    path("transfers/<str:id>/<slug:name>", transfers.step, name="transfer-step"),
    path("samples/<str:code>/send", transfers.send, name="sample-send"),
]
