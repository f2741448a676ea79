from django.urls import path

from jointlab.agreements.views import clauses, drafts, listing, old, page, papers, signing

urlpatterns = [
    path("agreements", listing.agreements, name="agreements"),
    path("agreements/new", drafts.begin, name="agreement-new"),
    path("agreements/old", old.old, name="agreement-old"),
    path("agreements/old/table", old.table, name="agreement-old-table"),
    path("agreements/old/agreements.<str:form>", old.template, name="agreement-old-template"),
    path("agreements/calendar.ics", papers.calendar_of_all, name="agreements-calendar"),
    path("agreements/proof", papers.proof_check, name="agreement-proof-check"),
    path("agreements/drafts/<str:id>", drafts.draft, name="agreement-draft"),
    path("agreements/drafts/<str:id>/head", drafts.head, name="agreement-head"),
    path("agreements/drafts/<str:id>/preview.pdf", drafts.preview, name="agreement-preview"),
    path("agreements/drafts/<str:id>/propose", drafts.propose, name="agreement-propose"),
    path("agreements/drafts/<str:id>/enter", old.enter, name="agreement-enter"),
    path("agreements/drafts/<str:id>/delete", drafts.delete, name="agreement-delete"),
    path("agreements/drafts/<str:id>/clauses/new", clauses.new, name="agreement-clause-new"),
    path("agreements/drafts/<str:id>/clauses/<str:number>", clauses.edit, name="agreement-clause"),
    path("agreements/drafts/<str:id>/clauses/<str:number>/move", clauses.move, name="agreement-clause-move"),
    path("agreements/drafts/<str:id>/clauses/<str:number>/remove", clauses.remove, name="agreement-clause-remove"),
    path("agreements/<str:id>", page.agreement, name="agreement"),
    path("agreements/<str:id>/sign", signing.sign, name="agreement-sign"),
    path("agreements/<str:id>/compare/<str:other>", signing.compare, name="agreement-compare"),
    path("agreements/<str:id>/amend", drafts.amend, name="agreement-amend"),
    path("agreements/<str:id>/renew", drafts.renew, name="agreement-renew"),
    path("agreements/<str:id>/answer", drafts.answer, name="agreement-answer"),
    path("agreements/<str:id>/agreement.pdf", papers.paper, name="agreement-paper"),
    path("agreements/<str:id>/agreement.json", papers.whole, name="agreement-json"),
    path("agreements/<str:id>/calendar.ics", papers.calendar, name="agreement-calendar"),
    path("agreements/<str:id>/clauses/<str:number>/proof.json", papers.proof, name="agreement-proof"),
]
