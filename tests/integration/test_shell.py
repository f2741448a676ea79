"""The frame of every page, for a person and for a stranger."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from jointlab.errors import BadInput, Conflict, Fault, NotAllowed, NotFound, Unavailable
from jointlab.node import urls as real
from jointlab.people.models import Person
from jointlab.web.toasts import toast
from tests.integration.conftest import signed_in

handler400, handler403, handler404, handler500 = real.handler400, real.handler403, real.handler404, real.handler500


def _failing(fault: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise fault

    return view


def _toasting(request: HttpRequest) -> HttpResponse:
    toast(request, "3 files <recorded>", undo="/undo?of=1")
    return HttpResponse()


FAMILIES: tuple[tuple[type[Fault], int], ...] = (
    (BadInput, 400), (NotAllowed, 403), (NotFound, 404), (Conflict, 409), (Unavailable, 503),
)  # fmt: skip
urlpatterns = [
    *real.urlpatterns,
    *(
        path(f"fail/{status}", _failing(family("test.code", "Found {what}.", what="<b>")))
        for family, status in FAMILIES
    ),
    path("fail/500", _failing(ZeroDivisionError())),
    path("toast", _toasting),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize("status", [status for _, status in FAMILIES])
@pytest.mark.parametrize("stranger", [False, True])
def test_every_family_of_faults_is_a_page(status: int, stranger: bool, researcher: Person) -> None:
    client = Client() if stranger else signed_in(researcher)
    answer = client.get(f"/fail/{status}")
    assert answer.status_code == status
    page = answer.content.decode()
    assert "Found &lt;b&gt;." in page and "test.code" in page and "<h1>" in page
    assert ('id="menu"' in page) is not stranger


def test_a_script_gets_the_same_words(researcher: Person) -> None:
    answer = signed_in(researcher).get("/fail/409", headers={"accept": "application/json"})
    assert answer.json() == {"code": "test.code", "sentence": "Found <b>."}
    assert answer.status_code == 409


def test_an_unknown_address_says_so(researcher: Person) -> None:
    for client in (Client(), signed_in(researcher)):
        answer = client.get("/no/such/page")
        assert answer.status_code == 404
        assert "There is no page “/no/such/page”." in answer.content.decode()


def test_an_address_for_forms_says_so(researcher: Person) -> None:
    answer = signed_in(researcher).get("/sign-out")
    assert answer.status_code == 405 and "POST" in answer["Allow"]
    assert "is no page: it takes what a form sends" in answer.content.decode()


def test_a_broken_page_has_a_code_that_stands_in_the_log(researcher: Person, caplog: pytest.LogCaptureFixture) -> None:
    client = signed_in(researcher)
    client.raise_request_exception = False
    answer = client.get("/fail/500")
    assert answer.status_code == 500
    said = next(record.getMessage() for record in caplog.records if record.name == "jointlab.web")
    code = said.partition(":")[0]
    assert code.startswith("E-") and code in answer.content.decode()


@pytest.mark.parametrize("stranger", [False, True])
@pytest.mark.parametrize("address", ["/samples?words=a%00b", "/samples?a%00b=1", "/sign-in?next=%00", "/samples/KZ%00"])
def test_no_address_holds_a_nul(stranger: bool, address: str, researcher: Person) -> None:
    answer = (Client() if stranger else signed_in(researcher)).get(address)
    page = answer.content.decode()
    assert (answer.status_code, "<h1>" in page) == (400, True)
    assert "invisible character (NUL)" in page and "web.nul" in page


@pytest.mark.parametrize("field", ["login", "password", "no\0field"])
def test_no_form_holds_a_nul(field: str, node: None) -> None:
    answer = Client().post("/sign-in", {"login": "serikov", "password": "p", field: "se\0rikov"})
    assert answer.status_code == 400
    assert "invisible character (NUL)" in answer.content.decode()


def test_programs_are_answered_as_programs(node: None) -> None:
    assert Client().get("/api/v1/samples?words=%00").status_code == 401


def test_a_stale_form_changes_nothing_and_says_what_to_do(researcher: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(researcher.account)
    answer = client.post("/language", {"language": "ru"})
    assert answer.status_code == 403
    assert "too old" in answer.content.decode() and "jointlab_almaty_language" not in answer.cookies


@pytest.mark.parametrize("stranger", [False, True])
def test_the_language_is_switched_by_a_form(stranger: bool, researcher: Person) -> None:
    client = Client() if stranger else signed_in(researcher)
    answer = client.post("/language", {"language": "kk", "next": "/sign-in" if stranger else "/"}, follow=True)
    assert '<html lang="kk">' in answer.content.decode()


def test_the_next_address_of_the_language_form_stays_here(node: None) -> None:
    answer = Client().post("/language", {"language": "ru", "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_a_message_stands_on_the_next_page_with_its_way_back(researcher: Person) -> None:
    client = signed_in(researcher)
    client.get("/toast")
    page = client.get("/").content.decode()
    assert "3 files &lt;recorded&gt;" in page and 'action="/undo?of=1"' in page
    assert "3 files" not in client.get("/").content.decode()


def test_the_menu_marks_the_page_and_the_badge_names_the_person(researcher: Person) -> None:
    page = signed_in(researcher).get("/").content.decode()
    assert 'href="/" aria-current="page"' in page
    assert ">AS</summary>" in page and "Almaty node" in page


def test_no_page_of_the_shell_breaks_its_own_policy(researcher: Person) -> None:
    for client in (Client(), signed_in(researcher)):
        for address in ("/", "/sign-in", "/no/such/page"):
            answer = client.get(address, follow=True)
            page = answer.content.decode()
            assert (
                " style=" not in page and "<style" not in page and "javascript:" not in page and " onclick" not in page
            )
            assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_static_files_have_their_hash_in_the_address_and_never_change(node: None) -> None:
    page = Client().get("/sign-in").content.decode()
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert address.startswith("/static/web/jointlab.") and address.count(".") == 2
    answer = Client().get(address)
    assert answer.status_code == 200 and "immutable" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"/* jointlab")  # type: ignore[attr-defined]
