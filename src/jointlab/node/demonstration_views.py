"""The page of a demonstration: where the other node is, and the link between both, to be cut and mended."""

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jointlab.errors import NotFound
from jointlab.federation.models import Partner
from jointlab.node.demonstration.link import CUT
from jointlab.people.actors import Right
from jointlab.people.pages import actor_at
from jointlab.web.middleware import sign_in_first
from jointlab.web.toasts import toast


@sign_in_first
@never_cache
@require_safe
def demonstration(request: HttpRequest) -> HttpResponse:
    """What there is to see, and the switch of the link."""
    actor = actor_at(request)
    actor.require(Right.READ)
    switch = _switch()
    context = {
        "cut": switch.exists(), "partners": Partner.objects.exclude(confirmed_at=None).order_by("prefix"),
        "may_change": Right.ADMINISTER in actor.rights,
    }  # fmt: skip
    return render(request, "node/demonstration.html", context)


@sign_in_first
@require_POST
def demonstration_link(request: HttpRequest) -> HttpResponse:
    """Cut the link, or mend it; after mending this node asks at once, and the other is told."""
    actor_at(request).require(Right.ADMINISTER)
    switch = _switch()
    if request.POST.get("do") == "cut":
        switch.touch()
        toast(request, _("The link is cut. Both nodes go on by themselves."))
    else:
        switch.unlink(missing_ok=True)
        Partner.objects.update(poked_at=timezone.now())
        toast(request, _("The link is mended. Both nodes catch up."))
    return redirect("demonstration")


def _switch() -> Path:
    """The file that both nodes share. Raises NotFound ``node.no-demonstration`` where there is no link to cut."""
    if not settings.NODE.demonstration:
        raise NotFound("node.no-demonstration", "This node is no demonstration; its link is cut by nobody on purpose.")
    folder: Path = settings.NODE.folder
    return folder.parent / CUT
