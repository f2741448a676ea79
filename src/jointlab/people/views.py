"""Sign-in and sign-out."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from jointlab.people import attempts
from jointlab.people.forms import SignInForm


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: behind our own TLS proxy, what the proxy says last; else the connection itself."""
    forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")) if settings.NODE.https else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))


class SignIn(LoginView):
    """Name and password, with a rate limit by name and by address."""

    template_name = "people/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse before the (slow, on purpose) password check while too many attempts have failed."""
        attempts.check(name=request.POST.get("username", ""), address=address_of(request))
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Signed in; the person's language is taken up."""
        account = form.get_user()
        attempts.succeeded(name=account.get_username())
        login(self.request, account)
        answer = HttpResponseRedirect(self.get_success_url())
        if account.language:
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                account.language,
                samesite="Lax",
                httponly=True,
                secure=settings.NODE.https,
            )
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Not signed in; that counts."""
        attempts.failed(name=self.request.POST.get("username", ""), address=address_of(self.request))
        return super().form_invalid(form)


class SignOut(LogoutView):
    """The session ends."""
