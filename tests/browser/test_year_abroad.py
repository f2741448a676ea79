"""J5 over two real nodes: a student's year abroad, Almaty in Kazakh, Nanjing in Chinese, the student on the phone.

After every step both nodes are looked at: the board, the page of the stay and the count of places say the same, and each names
who acts next. On the way a nomination is refused, one is withdrawn, the agreement is amended, and it ends while the stay runs.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_pages import serious
from tests.browser.test_partners import until
from tests.browser.two_nodes import Site, Two, entered, served_pair, too_wide
from tests.days import today

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLAUSE = "3.1"  # of the agreement on two diplomas: master's students from Almaty to Nanjing, five in each year of study
LIMIT = 2  # by the amendment
ENDS = 3  # days until the amended agreement ends; cases that run may go on for months
FIRST = today() + timedelta(10)
LAST = FIRST + timedelta(300)
STUDENTS = ("Aigerim Sadykova", "Timur Omarov")  # beside the one who goes
_PEOPLE = """
from jointlab.people.operations import add_person
from jointlab.people.records import PersonRecord
for name in NAMES:
    add_person(PersonRecord(name, "kz", "reader"))
print(json.dumps(None))
"""
_AMEND = """
from datetime import date, timedelta
from functools import partial
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.operations import drafts, proposing
from jointlab.agreements.queries.lives import lives_between
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
actor = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
life = next(one for one in lives_between("kz", "cn") if one.version.clause(CLAUSE) and "diploma" in one.version.head.title["en"].lower())
draft = drafts.amendment(actor, hash=life.version.hash, cases="new")
for clause in (document := draft.document)["clauses"]:
    if clause["number"] == CLAUSE:
        clause["terms"] |= {"limit": str(LIMIT)}
        clause["text"] = {code: text.replace("5", str(LIMIT), 1) for code, text in clause["text"].items()}
    if clause["kind"] == "duration":
        clause["terms"] |= {"ends": (date.today() + timedelta(ENDS)).isoformat(), "run_off": 24}
proposing.propose(actor, draft=drafts.edit(actor, draft=draft.pk, document=document, seen=draft.revision).pk)
print(json.dumps(None))
"""
_SIGN = """
import time
from jointlab.agreements.process import AGREEMENT
from jointlab.cases.models import Case
from jointlab.node.demonstration import agreements
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
actor = actor_of(Person.objects.get(name=WHO), home=HOME)
until = time.monotonic() + 60
while agreements.signed() < 4:
    agreements.go_on(actor)
    time.sleep(0.1)
    assert time.monotonic() < until, list(Case.objects.filter(process=AGREEMENT.name).values_list("title", "state"))
print(json.dumps(None))
"""


@dataclass(frozen=True)
class Words:
    """How one language says who must act; `{}` is the step, the site or the name."""

    language: str
    ours: str  # on the board
    theirs: str
    person: str
    our_turn: str  # on the page of the stay
    their_turn: str
    person_turn: str
    other: str  # the other site


KK = Words("kk", "Біз істеуіміз керек: {}", "Нанкин: {}", "Баратын адам: {}", "Кезек сізде: {}", "Келесі қадам: {} жағында", "{} оқу келісіміне қол қоюы керек.", "Нанкин")  # fmt: skip
ZH = Words("zh-hans", "我方须办理：{}", "阿拉木图：{}", "本人：{}", "轮到您：{}", "下一步由 {} 办理", "须由 {} 签署学习协议。", "阿拉木图")  # fmt: skip
# Who acts next, and what that step is called in Kazakh and in Chinese.
NEXT = {
    "admit": ("cn", "Қабылдау", "录取"), "propose": ("kz", "Оқу келісімін жасау", "拟定学习协议"), "sign_person": ("person", "Оқу келісіміне қол қою", "签署学习协议"),
    "sign_sending": ("kz", "Оқу келісіміне жіберуші тараптан қол қою", "代表派出方签署学习协议"),
    "sign_receiving": ("cn", "Оқу келісіміне қабылдаушы тараптан қол қою", "代表接收方签署学习协议"),
    "arrive": ("cn", "Келуін растау", "确认到达"), "depart": ("cn", "Кетуін растау", "确认离开"), "transcript": ("cn", "Транскрипт беру", "出具成绩单"),
    "recognise": ("kz", "Нәтижелерді тану", "认定成绩"), "close": ("kz", "Істі жабу", "结束此事项"),
}  # fmt: skip


@dataclass
class Office:
    """An office at its node, in its language."""

    home: str
    site: Site
    page: "Page"
    words: Words

    def main(self, address: str) -> str:
        """What a page says, in one line."""
        self.page.goto(address)
        return " ".join(self.page.locator("main").inner_text().split())

    def says(self, address: str, words: str) -> bool:
        """Whether a page holds these words."""
        return words in self.main(address)

    def counts(self, figures: tuple[int, ...]) -> bool:
        """Of the clause as the board has it: taken, limit, used, reserved, left; and asked for, where somebody does."""
        self.page.goto("/mobility")
        strip = self.page.locator(".mob-strip > div", has=self.page.locator(".gold", has_text=CLAUSE))
        words = f"{strip.locator('b').inner_text()} {strip.locator('.sub').nth(1).inner_text()}"
        return tuple(int(number) for number in re.findall(r"\d+", words)) == figures

    def still_counts(self, row: tuple[int, ...]) -> bool:
        """Of the clause, with its agreement over, on the page of places: limit, used, reserved, asked for, left."""
        self.page.goto("/mobility/places")
        card = self.page.locator("section.card", has=self.page.locator("h2", has_text=CLAUSE))
        return tuple(int(cell) for cell in card.locator("tbody").first.locator("td.r").all_inner_texts()) == row

    def names(self, name: str, at: str, step: str) -> bool:
        """Whether the board and the page of the stay say who takes this step next."""
        who, kazakh, chinese = NEXT[step]
        act = kazakh if self.words is KK else chinese
        said, turn = self.words.theirs.format(act), self.words.their_turn.format(self.words.other)
        if who == "person":
            said, turn = self.words.person.format(act), self.words.person_turn.format(name)
        elif who == self.home:
            said, turn = self.words.ours.format(act), self.words.our_turn.format(act)
        self.page.goto("/mobility")
        card = self.page.locator(".mc", has_text=name)
        return card.count() == 1 and card.locator(".act").inner_text().startswith(said) and turn in self.main(at)

    def press(self, step: str, **values: str) -> None:
        """Fill in the form of a step on the page of the stay, and send it with the Enter key on its button."""
        card = self.page.locator(f"#{step}")
        if card.evaluate("one => one.tagName") == "DETAILS":
            card.locator("summary").click()
        for name, value in values.items():
            card.locator(f"[name={name}]").fill(value)
        card.locator("form button").focus()
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def forge(self, step: str) -> str:
        """Send a step that the page does not offer; what is answered."""
        with self.page.expect_navigation():
            self.page.evaluate(
                "step => { const form = document.querySelector(\"main form[action*='/cases/']\");"
                " form.action = form.action.replace(/[^/]+$/, step); form.noValidate = true; form.submit() }", step,
            )  # fmt: skip
        return " ".join(self.page.locator("main").inner_text().split())


@dataclass
class Both:
    """Both offices."""

    kz: Office
    cn: Office

    def say(self, name: str, at: str, step: str, figures: tuple[int, ...]) -> None:
        """Both nodes name who takes this step of the stay next, and have the same count of places."""
        for office in (self.kz, self.cn):
            until(partial(office.names, name, at, step), f"{office.home} does not name who must {step}")
        self.count(figures)

    def count(self, figures: tuple[int, ...]) -> None:
        """Both nodes have this count."""
        for office in (self.kz, self.cn):
            until(partial(office.counts, figures), f"{office.home} does not count {figures}")

    def show(self, address: str, kazakh: str, chinese: str) -> None:
        """Both nodes say this on a page, each in its language."""
        for office, words in ((self.kz, kazakh), (self.cn, chinese)):
            until(partial(office.says, address, words), f"{office.home} does not say: {words}")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[Two]:
    """The demonstration, served."""
    with served_pair(tmp_path_factory.mktemp("demonstration")) as pair:
        yield pair


def look(page: "Page", name: str, *, closely: bool = False) -> None:
    """Nothing beside the window, looked at closely no serious fault; and a picture, where somebody wants to see the pages."""
    assert too_wide(page) == 0, name
    if closely:
        assert serious(page) == []
    if folder := os.environ.get("JOINTLAB_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def nominate(office: Office, person: str, *, last: date = LAST) -> str:
    """Fill in the nomination and send it; the address of the stay, "" where it is refused."""
    page = office.page
    page.goto("/mobility")
    page.locator("a[href='/mobility/nominate']").first.click()
    page.wait_for_url("**/mobility/nominate")
    fill(page, person, last)
    with page.expect_navigation():
        page.locator("main form button.pri").click()
    return "" if page.url.endswith("/nominate") else page.url.removeprefix(office.site.address)


def fill(page: "Page", person: str, last: date = LAST) -> None:
    """The form of the nomination."""
    place = page.locator("[name=place] option", has_text=CLAUSE)
    page.select_option("[name=place]", value=place.first.get_attribute("value"))
    page.select_option("[name=subject]", label=person)
    page.fill("[name=name]", person.upper())
    page.select_option("[name=level]", "master")
    page.select_option("[name=activity]", "study")
    page.fill("[name=first]", FIRST.isoformat())
    page.fill("[name=last]", last.isoformat())
    page.fill("[name=ground]", "Комиссия хаттамасы № 4")


def amend(two: Two) -> None:
    """Almaty proposes fewer places and an end; both sign, step by step, on their own nodes."""
    two.almaty.run(f"CLAUSE, LIMIT, ENDS = {CLAUSE!r}, {LIMIT}, {ENDS}\n{_AMEND}")
    sides = ((two.almaty, "D. Omarova", "kz"), (two.nanjing, "Zhou M.", "cn"))
    signing = [Thread(target=site.run, args=(f"WHO, HOME = {who!r}, {home!r}\n{_SIGN}",)) for site, who, home in sides]
    for one in signing:
        one.start()
    for one in signing:
        one.join()


def test_a_students_year_abroad(browser: "Browser", two: Two) -> None:
    two.almaty.run(f"NAMES = {STUDENTS!r}\n{_PEOPLE}")
    with (
        entered(browser, two.almaty.address, "serikov", two.almaty.password, language="kk") as here,
        entered(browser, two.nanjing.address, "wang", two.nanjing.password, language="zh-hans") as there,
        entered(browser, two.almaty.address, "abenova", two.almaty.password, language="kk", width=390) as mine,
    ):
        kz, cn = Office("kz", two.almaty, here, KK), Office("cn", two.nanjing, there, ZH)
        both = Both(kz, cn)
        both.count((0, 5, 0, 0, 5))
        at = nominated(both)
        refused_and_withdrawn(both, at)
        admitted(both, at)
        signed(both, at, mine)
        amended(both, two)
        over_and_run_off(both, two, at)
        back(both, at)
        mine.goto(at)
        assert "Істейтін ештеңе қалған жоқ." in mine.locator("main").inner_text()
        look(mine, "mine-end")


NAME = "Z. ABENOVA"


def nominated(both: Both) -> str:
    """A stay that is too long is refused by the clause, in Kazakh; the shorter one has its place."""
    page = both.kz.page
    assert nominate(both.kz, "Z. Abenova", last=FIRST + timedelta(400)) == ""
    words = page.locator("main").inner_text()
    assert f"{CLAUSE}-тармақ ең көбі 12 ай болуға рұқсат етеді" in words
    assert "магистрантына дейін" in page.locator(".say.g blockquote").inner_text(), "the clause is quoted"
    assert page.input_value("[name=name]") == NAME, "what was typed stays"
    look(page, "nominate-refused-kk", closely=True)
    page.fill("[name=last]", LAST.isoformat())
    with page.expect_navigation():
        page.locator("main form button.pri").click()
    at = page.url.removeprefix(both.kz.site.address)
    both.say(NAME, at, "admit", (1, 5, 0, 1, 4))
    both.show(at, "Орны бар; 5 ішінен 1 алынды.", "已有名额；已占 1 / 5。")
    look(page, "case-nominated-kk")
    return at


def refused_and_withdrawn(both: Both, at: str) -> None:
    """One is refused with the reason, another withdrawn: their places are free again, on both nodes."""
    first, second = (one.upper() for one in STUDENTS)
    stays = {one: nominate(both.kz, one) for one in STUDENTS}
    both.count((3, 5, 0, 3, 2))
    both.say(second, stays[STUDENTS[1]], "admit", (3, 5, 0, 3, 2))
    for page in (both.kz.page, both.cn.page):
        page.goto(stays[STUDENTS[0]])
    assert "«Қабылдау» — екінші тараптың қадамы." in both.kz.forge("admit"), "the wrong office"
    both.cn.press("refuse", why="本学期没有导师")
    both.show(stays[STUDENTS[0]], "Қабылданбады", "本学期没有导师")
    both.kz.page.goto(stays[STUDENTS[1]])
    both.kz.press("withdraw", why="Отбасы жағдайы")
    both.show(stays[STUDENTS[1]], "Жіберуші тарап кері шақырды", "派出方已撤回")
    both.say(NAME, at, "admit", (1, 5, 0, 1, 4))
    for office in (both.kz, both.cn):
        ended = office.main("/mobility?as=table&lane=ended")
        assert first in ended
        assert second in ended
        assert NAME not in ended


def admitted(both: Both, at: str) -> None:
    """The receiving side admits; what it sends once more from an old page is refused with what is new."""
    page = both.cn.page
    old = page.context.new_page()
    for one in (page, old):
        one.goto(at)
    assert page.locator("section.card").first.get_attribute("id") == "admit", "the next step comes first"
    look(page, "case-nominated-zh")
    both.cn.press("admit", unit="材料学院", supervisor="王教授")
    stale = Office("cn", both.cn.site, old, ZH)
    stale.press("refuse", why="太晚了")
    assert "您查看期间流程已有进展。最新一步是“已录取”，现在处于“已录取”。" in old.locator("main").inner_text()
    look(old, "case-stale-zh")
    old.close()
    both.say(NAME, at, "propose", (1, 5, 0, 1, 4))
    both.show(at, "材料学院", "材料学院")


def signed(both: Both, at: str, mine: "Page") -> None:
    """The learning agreement: the person on the phone, the sending, the receiving side, in this order and no other."""
    page = both.kz.page
    page.goto(at)
    page.locator("#propose a.pri").click()
    page.wait_for_url("**/learning-agreement")
    rows = (
        ("PHY501", "Қатты дене физикасы", "6", "MAT305", "材料科学", "3"),
        ("PHY502", "Практикум", "4", "MAT309", "实验", "2"),
    )
    for at_row, row in enumerate(rows):
        for name, value in zip(
            ("home_code", "home_title", "home_credits", "host_code", "host_title", "host_credits"), row, strict=True
        ):
            page.fill(f"[name=row-{at_row}-{name}]", value)
    page.fill("[name=home_scheme]", "ects")
    page.fill("[name=host_scheme]", "cn-credit")
    look(page, "rows-kk")
    with page.expect_navigation():
        page.locator("main form button.pri").click()
    both.say(NAME, at, "sign_person", (1, 5, 0, 1, 4))
    both.cn.page.goto(at)
    look(both.cn.page, "case-for-person-zh", closely=True)
    assert "现在不能“代表接收方签署学习协议”：当前处于“待本人签署”。" in both.cn.forge("sign_receiving"), (
        "before its turn"
    )
    page.goto(at)
    look(page, "case-for-person-kk")
    assert "қадамын тек осы іске қатысты адамның өзі жасайды." in both.kz.forge("sign_person"), (
        "the office for the person"
    )
    mine.goto("/mobility")
    mine.wait_for_url(f"**{at}")
    assert "Келесі қадамыңыз: Оқу келісіміне қол қою" in mine.locator("main").inner_text()
    look(mine, "mine-kk-phone", closely=True)
    Office("kz", both.kz.site, mine, KK).press("sign_person")
    both.say(NAME, at, "sign_sending", (1, 5, 0, 1, 4))
    page.goto(at)
    both.kz.press("sign_sending")
    both.say(NAME, at, "sign_receiving", (1, 5, 0, 1, 4))
    both.cn.page.goto(at)
    both.cn.press("sign_receiving")
    both.say(NAME, at, "arrive", (1, 5, 0, 1, 4))


def amended(both: Both, two: Two) -> None:
    """From now on fewer places: both nodes count by the new limit, and who is one too many is refused by it."""
    amend(two)
    both.count((1, LIMIT, 0, 1, LIMIT - 1))
    assert nominate(both.kz, STUDENTS[0])
    both.count((2, LIMIT, 0, 2, 0))
    assert nominate(both.kz, STUDENTS[1]) == ""
    page = both.kz.page
    assert f"{CLAUSE}-тармақ" in page.locator("main").inner_text()
    assert f"кезеңіне {LIMIT} рұқсат етеді; алынғаны 2, қалғаны 0" in page.locator("main").inner_text()
    assert f"{LIMIT} магистрантына дейін" in page.locator(".say.g blockquote").inner_text(), "the amended text"
    look(page, "nominate-none-left-kk")


def over_and_run_off(both: Both, two: Two, at: str) -> None:
    """The agreement ends: a form that was opened before is refused with its clause; who was nominated goes on."""
    page = both.kz.page
    page.goto("/mobility/nominate")
    fill(page, STUDENTS[1])
    two.later(ENDS + 1)
    with page.expect_navigation():
        page.locator("main form button.pri").click()
    look(page, "nominate-over-kk")
    words = page.locator("main").inner_text()
    assert f"{CLAUSE}-тармағы" in words
    assert "күні тоқтады" in words
    assert "магистрантына дейін" in page.locator(".say.g blockquote").inner_text(), "the clause is quoted"
    both.cn.page.goto(at)
    both.cn.press("arrive", on=FIRST.isoformat())
    for office in (both.kz, both.cn):
        until(
            partial(office.names, NAME, at, "depart"),
            f"{office.home} does not name who must say that the person departed",
        )
        until(partial(office.still_counts, (LIMIT, 1, 1, 0, 0)), f"{office.home} does not count what is used")
    look(both.cn.page, "case-abroad-zh")
    for office in (both.kz, both.cn):
        office.page.goto("/mobility")
        look(office.page, f"board-over-{office.home}")
        office.page.goto("/mobility/places")
        look(office.page, f"places-over-{office.home}")


def back(both: Both, at: str) -> None:
    """Departure, transcript, recognition, the end: under the agreement that has ended."""
    there = both.cn.page
    there.set_default_timeout(5000)
    there.goto(at)
    both.cn.press("depart", on=(FIRST + timedelta(290)).isoformat())
    there.locator("#transcript a.pri").click()
    there.wait_for_url("**/transcript")
    there.fill("[name=row-0-grade]", "87")
    there.fill("[name=row-1-grade]", "B")
    there.fill("[name=on]", (FIRST + timedelta(300)).isoformat())
    look(there, "transcript-zh")
    with there.expect_navigation():
        there.locator("main form button.pri").click()
    until(lambda: both.kz.names(NAME, at, "recognise"), "recognise")
    here = both.kz.page
    here.goto(at)
    here.locator("#recognise a.pri").click()
    here.wait_for_url("**/recognition")
    here.fill("[name=on]", (FIRST + timedelta(320)).isoformat())
    look(here, "recognition-kk")
    with here.expect_navigation():
        here.locator("main form button.pri").click()
    both.kz.press("close")
    both.show(at, "іс жабылды", "已结束")
    for office in (both.kz, both.cn):
        assert office.still_counts((LIMIT, 1, 1, 0, 0))
        office.page.goto(at)
        look(office.page, f"case-closed-{office.home}")
