"""What an office does with agreements in its browser: everything is a click or a typed field, whatever the language."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.days import today

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LONG = 60.0  # seconds that a busy machine may take for what needs one or two
_EXAMPLE = re.compile(r"\[\[(.*?)\]\]")
_EXAMPLES = """() => Object.fromEntries([...document.querySelectorAll("main form input, main form textarea")]
    .filter(one => one.value.includes("[[")).map(one => [one.name, one.value]))"""


def until(happened: Callable[[], bool], what: str) -> None:
    """Wait for something, or fail with the words."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < LONG, what
        time.sleep(0.2)


class Desk:
    """One office: a browser in which it is signed in, with its language."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def text(self, address: str) -> str:
        """What a page says now."""
        self.page.goto(address)
        return self.page.locator("main").inner_text()

    def sees(self, address: str, words: str) -> None:
        """The words are on the page, or come with the other node's next answer."""
        until(lambda: words in self.text(address), f"{address} never says: {words}")

    def misses(self, address: str, markup: str) -> None:
        """What was on the page goes."""

        def gone() -> bool:
            self.page.goto(address)
            return markup not in self.page.content()

        until(gone, f"{address} still holds {markup}")

    def has(self, address: str, selector: str) -> None:
        """The same for a part of the page."""
        found = self.page.locator(selector)

        def there() -> bool:
            self.page.goto(address)
            return found.count() > 0

        until(there, f"{address} never shows {selector}")

    def press(self, button: "Locator") -> None:
        """Click what leads to another page, and be there."""
        with self.page.expect_navigation():
            button.click()

    def send(self, form: str, **values: str) -> None:
        """Fill in a form and send it with its button."""
        for name, value in values.items():
            self.put(f"{form} [name={name}]", value)
        self.press(self.page.locator(f"{form} button").first)

    def put(self, field: str, value: str) -> None:
        """Fill in one field: words are typed, one of some is chosen."""
        found = self.page.locator(field)
        if found.evaluate("one => one.tagName") == "SELECT":
            found.select_option(value)
        else:
            found.fill(value)

    def new_project(self, title: str, kind: str) -> None:
        """A project of the own side."""
        self.page.goto("/projects/new")
        self.page.fill("[name=title]", title)
        self.page.select_option("[name=kind]", kind)
        self.press(self.page.locator("main form button.pri").last)
        assert self.page.locator("h1").inner_text() == title

    def new_sample(self, title: str, project: str) -> str:
        """A sample of the own side; its code."""
        self.page.goto("/samples/new")
        self.page.fill("[name=title]", title)
        self.page.select_option("[name=project]", label=project)
        self.press(self.page.locator("main form button.pri").last)
        return self.page.url.rpartition("/")[2]

    def line_of(self, address: str) -> str:
        """What the page of a record says of its sharing, in one line."""
        self.has(address, ".clause")
        return " ".join(self.page.locator(".clause").all_inner_texts())

    def draft(self, *, partner: str, languages: tuple[str, ...]) -> str:
        """Begin with the standard text of a laboratory; the address of the draft."""
        self.page.goto("/agreements/new?text=laboratory")
        self.page.select_option("[name=partner]", partner)
        self.tick("languages", [*languages])
        self.press(self.page.locator("main form button.pri"))
        return self.page.url

    def take_out(self, *numbers: str) -> None:
        """Clauses that these parties do not need leave the draft on the screen."""
        for number in numbers:
            self.press(self.page.locator(f"form[action$='/clauses/{number}/remove'] button"))

    def name(self, draft: str, **titles: str) -> None:
        """The agreement gets titles of its own."""
        self.page.goto(f"{draft}/head")
        for language, title in titles.items():
            self.page.fill(f"[name=title-{language}]", title)
        self.press(self.page.locator("main form button.pri").last)

    def write(self, draft: str, number: str, agreed: Mapping[str, str], **terms: str | list[str]) -> None:
        """Every example of a clause becomes what was agreed, in the words and in the terms; the draft then is content with it."""
        self.page.goto(f"{draft}/clauses/{number}")
        for name, value in self.page.evaluate(_EXAMPLES).items():
            self.page.fill(f"[name='{name}']", _EXAMPLE.sub(lambda found: agreed.get(found[1], found[1]), value))
        self.terms(terms)
        self.save(draft, number)

    def reword(self, draft: str, number: str, words: Mapping[str, str], **terms: str | list[str]) -> None:
        """In a clause some words become others in every language, and terms with them."""
        self.page.goto(f"{draft}/clauses/{number}")
        for field in self.page.locator("main textarea").all():
            text = field.input_value()
            for old, new in words.items():
                text = text.replace(old, new)
            field.fill(text)
        self.terms(terms)
        self.save(draft, number)

    def terms(self, terms: Mapping[str, str | list[str]]) -> None:
        """What the node keeps to, in the fields of the clause on the screen."""
        for name, term in terms.items():
            if isinstance(term, list):
                self.tick(name, term)
            else:
                self.put(f"[name={name}]", term)

    def tick(self, field: str, words: list[str]) -> None:
        """The boxes with these words or values, and no others."""
        for box in self.page.locator(f"label:has([name={field}])").all():
            said = box.inner_text().strip(), box.locator("input").get_attribute("value")
            box.locator("input").set_checked(any(word in said for word in words))

    def save(self, draft: str, number: str) -> None:
        """The clause on the screen."""
        self.press(self.page.locator("main form button.pri"))
        assert self.page.url == f"{draft}#clause-{number}", self.page.locator("main").inner_text()[:2000]

    def propose(self, note: str) -> str:
        """The draft on the screen goes to the other side; the hash of its text."""
        self.put("#propose [name=note]", note)
        self.press(self.page.locator("#propose button"))
        assert self.page.locator(".say.err").count() == 0, self.page.locator("main").inner_text()[:2000]
        return self.page.url.rpartition("/")[2]

    def clear(self, hash: str, office: str) -> None:
        """The text is cleared inside the own house."""
        self.has(f"/agreements/{hash}/sign", "[name=office]")
        self.page.fill("[name=office]", office)
        self.press(self.page.locator("main form button.pri"))

    def attest(self, hash: str, scan: Path, *, signatory: str, mandate: str) -> None:
        """The paper is signed: its scan is brought and attested."""
        self.has(f"/agreements/{hash}/sign", "[name=scan]")
        self.page.set_input_files("[name=scan]", scan)
        for name, value in (("signed_on", self.today()), ("signatory", signatory), ("mandate", mandate)):
            self.page.fill(f"main [name={name}]", value)
        self.page.check("[name=compared]")
        self.press(self.page.locator("button.gold-b"))
        assert self.page.url.endswith(hash), self.page.locator("main").inner_text()[-1500:]

    def download(self, address: str, link: str, to: Path) -> Path:
        """What a link on a page leads to, kept as a file."""
        self.has(address, f"a[href$='{link}']")
        found = self.page.locator(f"a[href$='{link}']").get_attribute("href")
        answer = self.page.request.get(str(found))
        assert answer.ok, answer.status
        to.write_bytes(answer.body())
        return to

    def hash(self) -> str:
        """Of the version on the screen, as its eight groups are read out."""
        return "".join(self.page.locator(".hash span").all_inner_texts())

    def today(self) -> str:
        """As the form has it."""
        return today().isoformat()
