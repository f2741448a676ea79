from django.urls import path

from jointlab.people import pages, views

urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", views.SignOut.as_view(), name="sign-out"),
    path("account", pages.account, name="account"),
    path("account/tokens/<int:id>/revoke", pages.token_revoke, name="token-revoke"),
    path("people", pages.people, name="people"),
    path("people/new", pages.person_new, name="person-new"),
    path("people/<str:id>", pages.person, name="person"),
    path("people/<str:id>/edit", pages.person_edit, name="person-edit"),
    path("people/<str:id>/password", pages.person_password, name="person-password"),
]
