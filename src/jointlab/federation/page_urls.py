"""The addresses of the pages about partners."""

from django.urls import path

from jointlab.federation import pages, together_pages

urlpatterns = [
    path("partners", pages.partners, name="partners"),
    path("partners/new", pages.partner_new, name="partner-new"),
    path("partners/together", together_pages.together_new, name="partner-together-new"),
    path("partners/together/<str:name>", together_pages.together_one, name="partner-together"),
    path("partners/together/<str:name>/act.pdf", together_pages.together_act, name="partner-together-act"),
    path("partners/<str:prefix>", pages.partner, name="partner"),
    path("partners/<str:prefix>/files", pages.partner_files, name="partner-files"),
    path("partners/<str:prefix>/confirm", pages.partner_confirm, name="partner-confirm"),
    path("partners/<str:prefix>/decline", pages.partner_decline, name="partner-decline"),
    path("partners/<str:prefix>/address", pages.partner_address, name="partner-address"),
    path("partners/<str:prefix>/check", pages.partner_check, name="partner-check"),
    path("partners/<str:prefix>/act.pdf", pages.partner_act, name="partner-act"),
    path("partners/<str:prefix>/evidence/<int:id>", pages.partner_evidence, name="partner-evidence"),
    path("partners/<str:prefix>/settle", pages.partner_settle, name="partner-settle"),
]
