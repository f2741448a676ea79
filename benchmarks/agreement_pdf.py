"""The paper of an agreement of ten pages in each of four languages: all files that are printed when its text is frozen."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from benchmarks.bench import ROOT, Bench, Figure

_LIMIT = 2.0  # seconds, of the issue
PAGES = 10  # at least, in each language
_WORDS = {
    "en": (
        "The Parties jointly maintain the laboratory and use its instruments on equal terms. Each Party keeps the instruments on its own premises in "
        "working order and gives the staff of the other Party access to them after instruction in safety.",
        "Each Party appoints a director. The directors meet at least twice a year, report to the rectors by 31 January, and decide by consent on the "
        "programme of work, on the use of common funds and on publications in the name of the laboratory.",
        "If a Party is prevented from performing an obligation by circumstances beyond its control, it informs the other Party without delay, and both "
        "seek a way in which students and staff already abroad suffer no harm.",
    ),
    "ru": (
        "Стороны совместно содержат лабораторию и пользуются её приборами на равных условиях. Каждая Сторона поддерживает в рабочем состоянии "
        "приборы, находящиеся в её помещениях, и предоставляет к ним доступ сотрудникам другой Стороны после инструктажа по технике безопасности.",
        "Каждая Сторона назначает директора. Директора встречаются не реже двух раз в год, отчитываются перед ректорами до 31 января и по согласию "
        "решают вопросы программы работ, использования общих средств и публикаций от имени лаборатории.",
        "Если Сторона не может исполнить обязательство вследствие обстоятельств, находящихся вне её контроля, она незамедлительно уведомляет другую "
        "Сторону, и обе Стороны ищут решение, при котором не пострадают студенты и сотрудники, уже находящиеся за рубежом.",
    ),
    "kk": (
        "Тараптар зертхананы бірлесіп ұстайды және оның аспаптарын тең жағдайда пайдаланады. Әр Тарап өз үй-жайларындағы аспаптарды жұмыс күйінде "
        "сақтайды және қауіпсіздік техникасы бойынша нұсқаудан кейін екінші Тараптың қызметкерлеріне оларға қол жеткізуге мүмкіндік береді.",
        "Әр Тарап директор тағайындайды. Директорлар жылына кемінде екі рет кездеседі, 31 қаңтарға дейін ректорларға есеп береді және жұмыс "
        "бағдарламасын, ортақ қаражатты пайдалануды және зертхана атынан жариялануды келісіп шешеді.",
        "Егер Тарап өзіне байланысты емес мән-жайлар салдарынан міндеттемесін орындай алмаса, екінші Тарапқа дереу хабарлайды, әрі екі Тарап та "
        "шетелде жүрген студенттер мен қызметкерлерге зиян келмейтін жол іздейді.",
    ),
    "zh": (
        "双方共同维护联合实验室，并在平等条件下使用其仪器设备。各方负责使本方场所内的仪器保持正常运行，并在完成安全培训后向另一方人员开放使用。各方应当记录仪器的使用、校准与维修情况，并按约定向另一方提供上述记录。",
        "各方各任命一名主任。两位主任每年至少会晤两次，于一月三十一日前向双方校长提交报告，并经协商一致决定工作计划、共同经费的使用以及以实验室名义发表成果等事项。协商不成的，提交双方校长决定。",
        "任何一方因不可抗力不能履行义务的，应当立即通知另一方，双方应当寻求妥善办法，使已在国外的学生和人员不受损害。不可抗力消除后，该方应当尽快恢复履行，并将恢复的日期通知另一方。",
    ),
}  # the text of a form, invented
_TITLES = {
    "en": "Agreement on the joint laboratory",
    "ru": "Соглашение о совместной лаборатории",
    "kk": "Бірлескен зертхана туралы келісім",
    "zh": "联合实验室协议",
}
_NAMES = (
    {
        "en": "First National University",
        "ru": "Первый национальный университет",
        "kk": "Бірінші ұлттық университет",
        "zh": "第一国立大学",
    },
    {
        "en": "Second University of Technology",
        "ru": "Второй технологический университет",
        "kk": "Екінші технологиялық университет",
        "zh": "第二理工大学",
    },
)
_HEADINGS = {
    "en": "Purpose and means", "ru": "Цель и средства", "kk": "Мақсаты мен құралдары", "zh": "宗旨与条件",
}  # fmt: skip
_CHILD = """
import sys, time
from datetime import date
from jointlab.agreements.versions import read_version
version = read_version(sys.stdin.buffer.read())
start = time.perf_counter()
from jointlab.agreements.documents import render_all
files = render_all(version, on=date(2026, 11, 16))
print(time.perf_counter() - start, *(len(files[f"paper_{one}"].split(b"/Type/Page/")) - 1 for one in version.head.languages), len(files))
"""


def figures(bench: Bench) -> Iterator[Figure]:
    runs = [_child() for _ in range(bench.rounds)]
    pages, files = runs[0][1:5], runs[0][5]
    assert min(pages) >= PAGES, f"too short an agreement: {pages}"
    shown = ", ".join(f"{count:.0f}" for count in pages)
    name = (
        f"paper of an agreement as PDF/A, as it is frozen: a file in each of four languages ({shown} pages), one with all after each other, "
        f"one with all beside each other ({files:.0f} files), in the process apart that prints them, its start included"
    )
    seconds = min(run[0] for run in runs)
    yield Figure(name, f"{seconds:.2f} s", f"{_LIMIT:.0f} s", seconds / _LIMIT, 1.0, at_most=True)


def agreement() -> dict[str, Any]:
    """An agreement with every kind of clause, its texts as long as such texts are."""
    from tests.unit.agreements.made_agreement import whole

    document = whole()
    document["head"]["title"] = _TITLES
    for party, names in zip(document["head"]["parties"], _NAMES, strict=True):
        party["names"] = names
    for at, clause in enumerate(document["clauses"]):
        clause["title"] = {language: _title(clause["kind"], language) for language in _WORDS}
        clause["text"] = {
            language: "\n".join(f"{clause['number']}.{part}. {words[(at + part) % len(words)]}" for part in range(1, 6)) for language, words in _WORDS.items()
        }  # fmt: skip
    return document


def _title(kind: str, language: str) -> str:
    from jointlab.agreements.kinds import KINDS
    from jointlab.agreements.words import kind_in_words

    return _HEADINGS[language] if kind == "free" else kind_in_words(KINDS[kind], language=language)


def _child() -> list[float]:
    """Seconds of all files, the pages of those in one language, and how many files, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], input=json.dumps(agreement()).encode(), capture_output=True, check=True, cwd=ROOT
    )  # fmt: skip
    return [float(one) for one in re.split(r"\s+", done.stdout.decode().strip())]
