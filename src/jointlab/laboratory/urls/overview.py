from django.urls import path

from jointlab.laboratory.views import overview

urlpatterns = [path("", overview.show, name="overview")]
