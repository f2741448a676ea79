"""`/health` for monitors, and the page of the node's state for administrators."""

from dataclasses import asdict

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jointlab.node.health import alarms, examine, told_alarms
from jointlab.people.actors import Actor, Right
from jointlab.web.middleware import sign_in_first
from jointlab.web.sentences import sentence


def administers(actor: Actor | None) -> bool:
    """Whether this person looks after this node."""
    return actor is not None and Right.ADMINISTER in actor.rights


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """One word for everybody, 503 when the database does not answer; details for administrators."""
    try:
        seen = examine()
        found = alarms(seen)
        actor = request.actor if administers(request.actor) else None  # type: ignore[attr-defined]
    except DatabaseError:
        return JsonResponse({"status": "down"}, status=503)
    said: dict[str, object] = {"status": "alarm" if found else "ok"}
    if actor is not None:
        told = [{"code": alarm.code, "sentence": sentence(alarm)} for alarm in found]
        said |= {**asdict(seen), "alarms": told}
    return JsonResponse(said)


@require_safe
@sign_in_first
def state(request: HttpRequest) -> HttpResponse:
    """The state of the node, for its administrators."""
    request.actor.require(Right.ADMINISTER)  # type: ignore[attr-defined]
    seen = examine()
    sentences = [sentence(alarm) for alarm in alarms(seen)]
    free = f"{seen.free_bytes / 1e9:.1f} GB"
    return render(request, "node/state.html", {"health": seen, "alarms": sentences, "free": free})


def alarm_count(actor: Actor) -> int:
    """For the menu, on every page: what the worker found when it last looked."""
    return len(told_alarms()) if administers(actor) else 0
