from django.urls import path

from jointlab.laboratory.views import instruments, project_files, projects, sharing

urlpatterns = [
    path("projects", projects.projects, name="projects"),
    path("projects/new", projects.project_new, name="project-new"),
    path("projects/<slug:slug>", projects.project, name="project"),
    path("projects/<slug:slug>/edit", projects.project_edit, name="project-edit"),
    path("projects/<slug:slug>/sharing", sharing.project_sharing, name="project-sharing"),
    path("projects/<slug:slug>/files", project_files.project_files, name="project-files"),
    path("instruments", instruments.instruments, name="instruments"),
    path("instruments/new", instruments.instrument_new, name="instrument-new"),
    path("instruments/<slug:slug>", instruments.instrument, name="instrument"),
    path("instruments/<slug:slug>/edit", instruments.instrument_edit, name="instrument-edit"),
    path("instruments/<slug:slug>/forget", instruments.answer_forget, name="instrument-forget"),
    path("instruments/<slug:slug>/tokens/<int:id>/revoke", instruments.drive_revoke, name="instrument-token-revoke"),
]
