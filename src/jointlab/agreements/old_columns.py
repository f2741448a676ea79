"""The columns of a table of old agreements in words, for whoever fills it in."""

from django.utils.translation import gettext as _

from jointlab.agreements.old_papers import COLUMNS, NEEDED


def columns_in_words() -> list[tuple[str, bool, str, str]]:
    """Every column: its name, whether it is needed, what stands there, an example."""
    said = {
        "title_en": (
            _("Title in English, or in the only language that there is"),
            "Framework agreement on cooperation",
        ),
        "title_ru": (_("Title in Russian"), "Рамочное соглашение о сотрудничестве"),
        "title_kk": (_("Title in Kazakh"), "Ынтымақтастық туралы негіздемелік келісім"),
        "title_zh": (_("Title in Chinese"), "合作框架协议"),
        "partner": (_("Prefix of the partner's node; of several with a plus between them"), "nj"),
        "rank": (_("framework, agreement or annex; empty: agreement"), "framework"),
        "parent": (_("Number of the agreement above it, where it is here already"), "KZ-A-26-001"),
        "begins": (_("First day; empty: from the later of the two signatures"), "2016-09-01"),
        "ends": (_("Last day; empty: none"), "2031-08-31"),
        "notice": (_("Notice in months; empty: none"), "6"),
        "run_off": (_("For how many months running cases may go on after the end; empty: none"), "12"),
        "subject": (_("What it is about, in a sentence or two"), "Exchange of students and joint research"),
        "signed_on": (_("Day of your side's signature"), "2016-05-20"),
        "signatory": (_("Who signed for your side"), "Rector"),
        "mandate": (_("By what mandate"), "Charter, article 5"),
        "mandate_until": (_("Until when the mandate was valid; empty: without end"), "2018-12-31"),
        "scan": (_("Name of the scan; further files behind semicolons"), "memorandum.pdf; annex.pdf"),
    }
    return [(name, name in NEEDED, *said[name]) for name in COLUMNS]
