"""Journey 4, sign once, enforced: an agreement is drafted, signed, kept, amended, and ends while a stay goes on.

Almaty's office reads Russian, Nanjing's Chinese; each works on its own node, and all that a person does is done in the
browser. The parts follow each other on one pair of nodes, so they are one test.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from tests.browser.agreement_desk import Desk
from tests.browser.stay_desk import FIRST as STAY_FIRST
from tests.browser.stay_desk import LAST as STAY_LAST
from tests.browser.stay_desk import StayDesk
from tests.browser.test_pages import serious
from tests.browser.two_nodes import Two, entered, served_pair, too_wide
from tests.days import today

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LAST = today() + timedelta(10)  # of the agreement, as it is signed
LATER = 12  # days, and it is over; who is signed in stays so for fourteen
PLACES = "5.1"
COVERED, OUTSIDE = "Катализаторы для завода", "Сплавы для завода"
NOT_NEEDED = ("2", "4.1", "4.2", "5.2", "6", "7", "8", "9.1", "9.2", "10", "11", "14")
AGREED = {
    "5": "1", "2029-12-31": LAST.isoformat(), "31 декабря 2029 года": f"{LAST:%d.%m.%Y}", "2029年12月31日": f"{LAST.year}年{LAST.month}月{LAST.day}日",
}  # fmt: skip
CONTRACT_ONLY = {
    "по фундаментальным и прикладным проектам лаборатории": f"по договорному проекту «{COVERED}»",
    "Договорные исследования и заметки по": "Заметки по", "Переданное до прекращения соглашения остаётся у другой Стороны.": "После прекращения соглашения переданное закрывается.",
    "实验室基础研究和应用研究项目": "“工厂催化剂”委托研究项目", "委托研究和工作笔记": "工作笔记", "协议终止前已经共享的内容，对方可继续保留。": "协议终止后，已经共享的内容不再开放。",
}  # fmt: skip
KZ_SIGNS = {"signatory": "Т. Ахметов, ректор", "mandate": "Устав, пункт 12"}
CN_SIGNS = {"signatory": "李华，校长", "mandate": "学校章程第八条"}


@dataclass
class Story:
    """Both offices, and what the parts hand on."""

    kz: StayDesk
    cn: StayDesk
    folder: Path
    two: Two
    hash: str = ""
    amended: str = ""
    inside: str = ""
    outside: str = ""
    stay: str = ""

    def shot(self, desk: Desk, name: str) -> None:
        """A picture, where somebody wants to look at the pages."""
        if folder := os.environ.get("JOINTLAB_TEST_PICTURES"):
            desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    def attest(self, hash: str) -> None:
        """Each prints the text, signs it, and attests its scan; first the side that proposed."""
        for desk, signs, code in ((self.kz, KZ_SIGNS, "kz"), (self.cn, CN_SIGNS, "cn")):
            scan = desk.download(f"/agreements/{hash}/sign", "agreement.pdf?beside=1", self.folder / f"{code}.pdf")
            pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(scan)]
            assert all(hash[:8] in page and hash[-8:] in page for page in pages), "each page has the hash"
            desk.attest(hash, scan, **signs)
            self.shot(desk, f"attested-{code}")
        assert (self.folder / "kz.pdf").read_bytes() == (self.folder / "cn.pdf").read_bytes(), (
            "both sign the same pages"
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, browser: "Browser") -> Iterator[Story]:
    """Both nodes served, an office at each."""
    folder = tmp_path_factory.mktemp("agreement")
    with (
        served_pair(folder) as two,
        entered(browser, two.almaty.address, "omarova", two.almaty.password, language="ru") as here,
        entered(browser, two.nanjing.address, "zhou", two.nanjing.password, language="zh-hans") as there,
    ):
        yield Story(StayDesk(here), StayDesk(there), folder, two)


@pytest.mark.timeout(900)  # on a busy machine it takes four minutes
def test_signed_once_and_enforced(story: Story, browser: "Browser") -> None:
    _drafted_agreed_and_signed(story)
    _kept_from_that_day(story)
    _amended(story)
    _run_off_after_the_end(story, browser)


def _drafted_agreed_and_signed(story: Story) -> None:
    kz, cn = story.kz, story.cn
    for title in (COVERED, OUTSIDE):
        kz.new_project(title, "contract")
    draft = kz.draft(partner="cn", languages=("ru", "zh"))
    kz.take_out(*NOT_NEEDED)
    kz.name(draft, ru="Соглашение о договорных исследованиях", zh="委托研究协议")
    for number in ("1", "5.1", "13"):
        kz.write(draft, number, AGREED)
    kz.write(draft, "3", AGREED, projects=[COVERED], project_kinds=["contract"], after_end="withheld")
    kz.reword(draft, "3", CONTRACT_ONLY)
    assert "Этот текст можно предложить" in kz.text(draft)
    first = kz.propose("Просим прочитать")

    cn.has(f"/agreements/{first}", "#agree_second")  # and another way is offered beside it
    cn.page.locator("#remark_second summary").click()
    cn.send("#remark_second", clause="5.1", words="一个名额太少")
    cn.page.goto(f"/agreements/{first}")
    cn.press(cn.page.locator("form[action$='/answer'] button"))
    answer = cn.page.url
    cn.reword(answer, "5.1", {"до 1 человек": "до 2 человек", "不超过1人": "不超过2人"}, limit="2")
    hash = story.hash = cn.propose("需要两个名额")

    kz.has(f"/agreements/{first}", f"a[href='/agreements/{hash}/compare/{first}']")  # replaced, and by what
    kz.press(kz.page.locator(f"a[href='/agreements/{hash}/compare/{first}']"))
    assert [part.inner_text() for part in kz.page.locator("main .card ins").all()] == ["2", "2人"]
    assert kz.page.locator("main section.card").count() == 2, (
        "one clause differs, in its words and in what the node keeps to"
    )
    story.shot(kz, "compared-ru")
    words = kz.text(f"/agreements/{hash}")
    assert "一个名额太少" in words
    assert "需要两个名额" in words
    kz.send("#agree_first")
    assert "текст согласован" in kz.text(f"/agreements/{hash}/sign")

    kz.clear(hash, "Юридический отдел")
    cn.sees(f"/agreements/{hash}/sign", "内部审核完成")
    cn.clear(hash, "法务处")
    assert "Юридический отдел" not in cn.text(f"/agreements/{hash}")
    story.attest(hash)
    kz.sees(f"/agreements/{hash}", "Все стороны подписали; действует с")
    assert "各方均已签署" in cn.text(f"/agreements/{hash}")
    assert kz.hash() == cn.hash() == hash, "both read the same hash"
    for desk, code in ((kz, "kz"), (cn, "cn")):
        assert desk.page.locator("main").inner_text().count("李华，校长") == 2, (
            "beside the signature and in the timeline"
        )
        assert not serious(desk.page)
        assert too_wide(desk.page) == 0
        story.shot(desk, f"in-force-{code}")


def _kept_from_that_day(story: Story) -> None:
    kz, cn, hash = story.kz, story.cn, story.hash
    story.inside, story.outside = (
        kz.new_sample("Катализатор, партия 1", COVERED),
        kz.new_sample("Сплав, партия 1", OUTSIDE),
    )
    cn.sees("/samples?q=Катализатор", story.inside)
    assert "依据协议“委托研究协议”第 3 条" in cn.line_of(f"/samples/{story.inside}")
    kz.sees(
        f"/samples/{story.inside}", "по пункту 3 «Обмен данными» соглашения «Соглашение о договорных исследованиях»"
    )
    assert "Не передаётся в Нанкин" in kz.line_of(f"/samples/{story.outside}")
    assert story.outside not in cn.text("/samples?q=Сплав")

    story.stay = kz.nominate(hash, PLACES, "A. Serikov", to="cn")
    cn.step(story.stay, "admit", unit="材料学院")
    kz.nominate(hash, PLACES, "Z. Abenova", to="cn")
    kz.sees(story.stay, "занято 2 из 2")
    cn.sees(story.stay, "2")
    assert kz.nominate(hash, PLACES, "D. Omarova", to="cn") == "/mobility/nominate"
    assert "принимает до 2 человек" in kz.page.locator(".say.g blockquote").inner_text(), (
        "the clause that refuses is quoted"
    )
    story.shot(kz, "no-place-left-kz")


def _amended(story: Story) -> None:
    kz, cn, before = story.kz, story.cn, story.hash
    kz.page.goto(f"/agreements/{before}")
    kz.press(kz.page.locator(f"a[href$='{before}/amend']").first)
    kz.press(kz.page.locator("main form button.pri"))
    draft = kz.page.url
    kz.reword(
        draft,
        "3",
        {
            f"проекту «{COVERED}»": f"проектам «{COVERED}» и «{OUTSIDE}»",
            "“工厂催化剂”委托": "“工厂催化剂”和“工厂合金”委托",
        },
        projects=[COVERED, OUTSIDE],
    )
    kz.reword(draft, PLACES, {"до 2 человек": "до 3 человек", "不超过2人": "不超过3人"}, limit="3")
    hash = story.amended = kz.propose("Ещё один проект и ещё одно место")
    cn.has(f"/agreements/{hash}", "#agree_second")
    assert story.outside not in cn.text("/samples?q=Сплав"), "until both have signed, the text before counts"
    cn.page.goto(f"/agreements/{hash}")
    cn.send("#agree_second")
    kz.clear(hash, "Юридический отдел")
    cn.sees(f"/agreements/{hash}/sign", "内部审核完成")
    cn.clear(hash, "法务处")
    assert "3人" in cn.page.locator("main ins").all_inner_texts(), "what is signed shows the change"
    story.shot(cn, "amendment-sign-cn")
    story.attest(hash)
    kz.sees(f"/agreements/{hash}", "Все стороны подписали; действует с")
    assert "завершается" in kz.text(f"/agreements/{before}"), "what runs goes on under the text before"
    assert "收尾期" in cn.text(f"/agreements/{before}")
    story.shot(kz, "before-amendment-kz")

    cn.sees("/samples?q=Сплав", story.outside)
    stay = kz.nominate(hash, PLACES, "D. Omarova", to="cn")
    kz.sees(stay, "занято 3 из 3")
    cn.sees(stay, "3")


def _run_off_after_the_end(story: Story, browser: "Browser") -> None:
    kz, cn, stay = story.kz, story.cn, story.stay
    kz.typed_step(stay, "propose", programme_of_work="Спектры катализаторов")
    with entered(browser, story.two.almaty.address, "serikov", story.two.almaty.password, language="kk") as mine:
        StayDesk(mine).step(stay, "sign_person")
    kz.step(stay, "sign_sending")
    cn.step(stay, "sign_receiving")
    kz.fill_nomination(story.amended, PLACES, "Z. Abenova", to="cn")  # and the page stays open over the last day
    story.two.later(LATER)

    kz.press(kz.page.locator("main form button.pri"))
    story.shot(kz, "nominated-too-late-kz")
    assert f"Пункт {PLACES} «Места" in kz.page.locator("main").inner_text()
    assert "принимает до 3 человек" in kz.page.locator(".say.g blockquote").inner_text()
    kz.page.goto("/mobility/nominate")
    assert story.amended not in kz.page.locator("[name=place]").inner_html(), "it is not offered any more"
    for code in (story.inside, story.outside):
        cn.misses(f"/samples?q={code}", f'/samples/{code}"')
    line = kz.line_of(f"/samples/{story.inside}")
    assert line.startswith("Не передаётся в Нанкин. Пункт 3 «Обмен данными»")
    assert "не действует" in line
    assert "不与南京共享。 协议“委托研究协议”第 3 条" in cn.line_of(f"/samples/{story.inside}")
    assert "不再" in cn.page.locator(".say.warn").inner_text(), "it does not say that it was archived"
    story.shot(cn, "withheld-cn")
    story.shot(kz, "sample-after-the-end-kz")
    for desk, words, clause in (
        (kz, "Новое начинать нельзя", "13. Срок действия"),
        (cn, "不得开始新的事项", "13. 期限与终止"),
    ):
        said = desk.text(f"/agreements/{story.amended}")
        assert words in said
        assert clause in said, "by which clause it ended"
    story.shot(cn, "ended-cn")

    cn.step(stay, "arrive", on=STAY_FIRST.isoformat())
    cn.step(stay, "depart", on=STAY_LAST.isoformat())
    cn.typed_step(stay, "transcript", report="光谱已测", on=STAY_LAST.isoformat())
    kz.typed_step(stay, "recognise", on=STAY_LAST.isoformat())
    kz.step(stay, "close")
    kz.sees(stay, "дело закрыто")
    assert "занято 3 из 3" in kz.text(stay), "counted by the limit that counts now"
    cn.sees(stay, "已结束")
    story.shot(cn, "closed-cn")
