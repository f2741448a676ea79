"""What an office does with a stay in its browser, whatever the language."""

from datetime import timedelta

from tests.browser.agreement_desk import Desk
from tests.days import today

FIRST = today() + timedelta(5)
LAST = FIRST + timedelta(90)


class StayDesk(Desk):
    """An office that sends and receives persons."""

    def fill_nomination(self, hash: str, clause: str, person: str, *, to: str) -> None:
        """A nomination under a clause, typed and not sent yet."""
        self.page.goto("/mobility/nominate")
        self.page.select_option("[name=place]", f"{hash} {clause} {to}")
        self.page.select_option("[name=subject]", label=person)
        given = {
            "name": person.upper(), "level": "teacher", "activity": "research", "first": FIRST.isoformat(), "last": LAST.isoformat(),
            "ground": "Protocol 4",
        }  # fmt: skip
        for name, value in given.items():
            self.put(f"main [name={name}]", value)

    def nominate(self, hash: str, clause: str, person: str, *, to: str) -> str:
        """Sent; the address of the stay, or of the form that was refused."""
        self.fill_nomination(hash, clause, person, to=to)
        self.press(self.page.locator("main form button.pri"))
        return "/" + self.page.url.split("/", 3)[3]

    def step(self, stay: str, name: str, **values: str) -> None:
        """A step of the stay, as soon as it is this side's turn."""
        self.has(stay, f"#{name} form")
        self.send(f"#{name} form", **values)

    def typed_step(self, stay: str, name: str, **values: str) -> None:
        """A step whose form is a page of its own."""
        self.has(stay, f"#{name} a.pri")
        self.press(self.page.locator(f"#{name} a.pri"))
        for field, value in values.items():
            self.put(f"main [name={field}]", value)
        self.press(self.page.locator("main form button.pri"))
        assert self.page.url.endswith(stay), self.page.locator("main").inner_text()[:2000]
