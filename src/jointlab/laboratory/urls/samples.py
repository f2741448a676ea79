from django.urls import path

from jointlab.laboratory.views import devices, labels, notes, sample, sample_list, samples, search, sharing

urlpatterns = [
    path("samples", sample_list.samples, name="samples"),
    path("samples/new", samples.new, name="sample-new"),
    path("samples/<str:code>", sample.sample, name="sample"),
    path("samples/<str:code>/edit", samples.edit, name="sample-edit"),
    path("samples/<str:code>/split", samples.split, name="sample-split"),
    path("samples/<str:code>/archive", samples.archive, name="sample-archive"),
    path("samples/<str:code>/put-back", samples.put_back, name="sample-put-back"),
    path("samples/<str:code>/share", sharing.sample_share, name="sample-share"),
    path("samples/<str:code>/label.pdf", labels.sample_label, name="sample-label"),
    path("samples/<str:code>/notes", notes.add, name="note-new"),
    path("samples/<str:code>/devices/new", devices.new, name="device-new"),
    path("devices/<str:code>", devices.device, name="device"),
    path("devices/<str:code>/edit", devices.edit, name="device-edit"),
    path("devices/<str:code>/archive", devices.archive, name="device-archive"),
    path("devices/<str:code>/put-back", devices.put_back, name="device-put-back"),
    path("devices/<str:code>/label.pdf", labels.device_label, name="device-label"),
    path("notes/<str:id>/withdraw", notes.withdraw, name="note-withdraw"),
    path("notes/<str:id>/put-back", notes.put_back, name="note-put-back"),
    path("notes/<str:id>/<str:sha256>", notes.download, name="note-file"),
    path("search", search.search, name="search"),
]
