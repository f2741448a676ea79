from django.urls import path

from jointlab.laboratory.views import fetching
from jointlab.laboratory.views import inbox as views

urlpatterns = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/files", views.inbox_upload, name="inbox-upload"),
    path("inbox/record", views.inbox_record, name="inbox-record"),
    path("inbox/answer", views.inbox_answer, name="inbox-answer"),
    path("inbox/keep", views.inbox_keep, name="inbox-keep"),
    path("inbox/again", views.inbox_again, name="inbox-again"),
    path("inbox/stop", views.inbox_stop, name="inbox-stop"),
    path("inbox/undo", views.inbox_undo, name="inbox-undo"),
    path("files/<str:sha256>", views.file, name="file"),
    path("files/<str:sha256>/coming", fetching.file_coming, name="file-coming"),
    path("files/<str:sha256>/fetch", fetching.file_fetch, name="file-fetch"),
]
