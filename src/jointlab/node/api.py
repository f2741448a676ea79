"""The API: what the pages do, for programs. Each room brings its endpoints; here they are put together.

Every call carries a token (Authorization: Bearer jl_...). Faults are answered as problem details (RFC 9457) with the
fault's code. The description in OpenAPI lies at /api/v1/openapi.json.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from jointlab import __version__
from jointlab.errors import BadInput, Fault, NotAllowed
from jointlab.people import attempts
from jointlab.people.tokens import actor_of_secret
from jointlab.people.views import address_of
from jointlab.web.errors import STATUS

_SCHEME = "bearer "


class Problem(BaseModel):
    """RFC 9457, with the fault's code; `faults` holds one entry for each value that does not fit."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    faults: list[dict[str, Any]] = []


class StrictParser(Parser):
    """JSON that every database can store: no NUL, no lone surrogates (orjson refuses those)."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as values. Raises BadInput ``api.json``."""
        try:
            value = orjson.loads(request.body)
        except orjson.JSONDecodeError as fault:
            raise BadInput("api.json", "The body is not JSON in UTF-8: {reason}.", reason=str(fault)) from None
        if b"\\u0000" in request.body and _holds_nul(value):
            raise BadInput("api.json", "The body holds a NUL character.")
        if not isinstance(value, dict):
            raise BadInput("api.json", "The body must be a JSON object.")
        return value


def _holds_nul(value: Any) -> bool:
    """Anywhere in what was sent, however deep."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str) and "\0" in one:
            return True
        left += [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else []
    return False


class Renderer(BaseRenderer):
    """JSON; decimals and dates as text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """The bytes of an answer."""
        return orjson.dumps(data, default=str)


class TokenAuth:
    """Authorization: Bearer <token>."""

    openapi_security_schema = {"type": "http", "scheme": "bearer"}  # noqa: RUF012 - read by ninja

    def __call__(self, request: HttpRequest) -> Any:
        """The actor, also as `request.actor`; guessing tokens is slowed down by address."""
        header = request.headers.get("Authorization", "")
        if header[: len(_SCHEME)].lower() != _SCHEME:
            return None
        address = address_of(request)
        secret = header[len(_SCHEME) :].strip()
        _refuse_nul(request)
        attempts.check(name=f"token {secret[:12]}", address=address)
        try:
            actor = actor_of_secret(secret)
        except NotAllowed:
            attempts.failed(name=f"token {secret[:12]}", address=address)
            return None
        request.actor = actor  # type: ignore[attr-defined]
        return actor


def _refuse_nul(request: HttpRequest) -> None:
    """No database takes a NUL, so no name can hold one. Lone surrogates never get through the decoding of an address."""
    given = (request.path, *request.GET, *(value for values in request.GET.lists() for value in values[1]))
    if any("\0" in text for text in given):
        raise BadInput("api.address", "The address holds a NUL character.")


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    answer = HttpResponse(
        orjson.dumps(problem.model_dump()), status=problem.status, content_type="application/problem+json"
    )
    if problem.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def _on_fault(request: HttpRequest, fault: Any) -> HttpResponse:
    status = next(code for family, code in STATUS.items() if isinstance(fault, family))
    return _answer(request, Problem(title=type(fault).__name__, status=status, detail=fault.message, code=fault.code))


def _on_validation(request: HttpRequest, fault: Any) -> HttpResponse:
    faults = [{"where": [str(part) for part in one["loc"]], "what": one["msg"]} for one in fault.errors]
    said = "; ".join(f"{'.'.join(one['where'][1:])}: {one['what']}" for one in faults)
    return _answer(request, Problem(title="BadInput", status=422, detail=said, code="api.values", faults=faults))


def _on_http(request: HttpRequest, fault: Any) -> HttpResponse:
    codes = {401: "api.token", 400: "api.json", 404: "api.address"}
    said = "A valid token is needed: Authorization: Bearer jl_..." if fault.status_code == 401 else str(fault)
    return _answer(
        request,
        Problem(
            title="Refused", status=fault.status_code, detail=said, code=codes.get(fault.status_code, "api.refused")
        ),
    )


class HouseAPI(NinjaAPI):
    """Its description also tells what a refusal looks like."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """Every operation may answer 4XX or 503 with a problem."""
        described = super().get_openapi_schema(*args, **kwargs)
        described["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in described["paths"].values():
            for operation in methods.values():
                operation["responses"]["4XX"] = {"description": "Refused: `code` says why.", "content": content}
                operation["responses"]["503"] = {"description": "Not now: try again later.", "content": content}
        return described


def build_api() -> NinjaAPI:
    """The API with the endpoints of every room."""
    from jointlab.agreements.api import router as agreements
    from jointlab.cases.api import router as cases
    from jointlab.laboratory.api import routers as laboratory
    from jointlab.mobility.api import router as mobility
    from jointlab.people.api import router as people

    made = HouseAPI(
        title="jointlab", version="1", description=__doc__ or "", docs_url=None, urls_namespace="api", parser=StrictParser(),
        renderer=Renderer(), auth=TokenAuth(), servers=[{"url": "/"}],
    )  # fmt: skip
    made.add_exception_handler(Fault, _on_fault)
    made.add_exception_handler(ValidationError, _on_validation)
    made.add_exception_handler(HttpError, _on_http)
    from ninja.errors import AuthenticationError

    made.add_exception_handler(AuthenticationError, lambda request, fault: _on_http(request, HttpError(401, "")))
    made.add_router("", people)
    made.add_router("", cases)
    for router in laboratory():
        made.add_router("", router)
    made.add_router("", agreements)
    made.add_router("", mobility)
    made.openapi_extra = {"info": {"x-version-of-node": __version__}}
    return made


api = build_api()
