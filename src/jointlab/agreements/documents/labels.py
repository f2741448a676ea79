"""The words of the form itself, in each language: what stands on paper around the parties' own text. A table."""

from collections.abc import Sequence
from typing import Final

from jointlab.agreements.texts import LANGUAGES
from jointlab.agreements.words.table import Words

NAMES: Final = {"en": "English", "ru": "Русский", "kk": "Қазақша", "zh": "中文"}

_LABELS: Final[dict[str, Words]] = {
    "framework": ("Framework agreement", "Рамочное соглашение", "Негіздемелік келісім", "框架协议"),
    "agreement": ("Agreement", "Соглашение", "Келісім", "协议"),
    "annex": ("Annex", "Приложение", "Қосымша", "附件"),
    "version": ("version {number}", "версия {number}", "{number}-нұсқа", "第{number}版"),
    "parties": ("Parties", "Стороны", "Тараптар", "协议各方"),
    "institution": ("institution", "организация", "ұйым", "机构"),
    "enterprise": ("enterprise", "предприятие", "кәсіпорын", "企业"),
    "identifier": ("Identifier of this agreement", "Идентификатор соглашения", "Келісімнің сәйкестендіргіші", "协议标识"),
    "parent": ("Under the agreement", "В рамках соглашения", "Жоғары тұрған келісім", "上位协议"),
    "with_hash": ("version with the hash", "версия с хешем", "хеші мынадай нұсқасы", "版本哈希值"),
    "amends": ("Amends", "Изменяет", "Өзгертетін нұсқасы", "修订"),
    "new": ("for new cases only", "только для новых дел", "тек жаңа істерге", "仅适用于新事项"),
    "running-too": ("for running cases too", "также для начатых дел", "басталған істерге де", "也适用于进行中的事项"),
    "refers": ("Refers to", "Ссылается на", "Сілтеме жасайды", "参照"),
    "zone": ("Days are those of", "Дни считаются по времени", "Күндер мына уақыт бойынша", "日期所依时区"),
    "languages": ("Languages", "Языки", "Тілдері", "文本语言"),
    "terms": ("Terms of this clause", "Условия этого пункта", "Осы тармақтың шарттары", "本条具体条款"),
    "under": ("within the limits of clause {number} of the agreement above", "в пределах пункта {number} вышестоящего соглашения", "жоғары тұрған келісімнің {number}-тармағы шегінде", "在上位协议第{number}条的范围内"),
    "attachments": ("Attachments", "Вложения", "Қоса берілген құжаттар", "附带文件"),
    "bytes": ("{number} bytes", "{number} байт", "{number} байт", "{number}字节"),
    "sealing": ("What is signed", "Что подписывается", "Не нәрсеге қол қойылады", "签署内容"),
    "sealed": (
        "The hash at the foot of every page stands for this version as a whole: every text in every language, every term, the parties and the attachments. "
        "It is the same in every language. A page with another hash does not belong to this version.",
        "Хеш внизу каждой страницы обозначает эту версию целиком: все тексты на всех языках, все условия, стороны и вложения. "
        "Он одинаков на всех языках. Страница с другим хешем к этой версии не относится.",
        "Әр беттің төменгі жағындағы хеш осы нұсқаны тұтас білдіреді: барлық тілдегі барлық мәтінді, барлық шартты, тараптар мен қоса берілген құжаттарды. "
        "Ол барлық тілде бірдей. Хеші басқа бет бұл нұсқаға жатпайды.",
        "每页页脚的哈希值代表本版本的全部内容：各语言的全部文本、全部条款、各方及附带文件。各语言文本的哈希值相同。哈希值不同的页不属于本版本。",
    ),
    "signatures": ("Signatures", "Подписи", "Қолдар", "签署"),
    "for": ("For", "За", "Атынан", "代表"),
    "name": ("Name", "Фамилия, имя", "Аты-жөні", "姓名"),
    "office": ("Office", "Должность", "Лауазымы", "职务"),
    "mandate": ("Acting by virtue of", "Действует на основании", "Өкілеттік негізі", "授权依据"),
    "day": ("Date", "Дата", "Күні", "日期"),
    "signature": ("Signature", "Подпись", "Қолы", "签名"),
    "seal": ("Seal", "М.П.", "М.О.", "盖章"),
    "hash": ("Hash of this version (SHA-256)", "Хеш этой версии (SHA-256)", "Осы нұсқаның хеші (SHA-256)", "本版本哈希值（SHA-256）"),
    "page": ("Page {page} of {pages}", "Страница {page} из {pages}", "{pages} беттің {page}-беті", "第{page}页，共{pages}页"),
}  # fmt: skip

_TONGUES: Final[dict[str, Words]] = {  # as they stand inside the sentences below
    "en": ("English", "английском", "ағылшын", "英文"),
    "ru": ("Russian", "русском", "орыс", "俄文"),
    "kk": ("Kazakh", "казахском", "қазақ", "哈萨克文"),
    "zh": ("Chinese", "китайском", "қытай", "中文"),
}
_AND: Final[Words] = (" and ", " и ", " және ", "和")
_MADE: Final[dict[str, Words]] = {
    "one": ("Made in {all}.", "Составлено на {all} языке.", "{all} тілінде жасалды.", "以{all}订立。"),
    "equal": (
        "Made in {all}; all texts are equally authentic.", "Составлено на {all} языках; все тексты имеют одинаковую силу.",
        "{all} тілдерінде жасалды; барлық мәтіннің күші бірдей.", "以{all}订立，各文本具有同等效力。",
    ),
    "first": (
        "Made in {all}. Where the texts differ, the {first} text prevails.",
        "Составлено на {all} языках. При расхождении текстов преимущество имеет текст на {first} языке.",
        "{all} тілдерінде жасалды. Мәтіндер арасында айырмашылық болса, {first} тіліндегі мәтін басым болады.",
        "以{all}订立。各文本有歧义时，以{first}文本为准。",
    ),
}  # fmt: skip


def label(key: str, *, language: str, **facts: object) -> str:
    """One label with its facts filled in."""
    return _LABELS[key][LANGUAGES.index(language)].format(**facts)


def labels(*, language: str) -> dict[str, str]:
    """Every label in one language, facts not filled in."""
    at = LANGUAGES.index(language)
    return {key: words[at] for key, words in _LABELS.items()}


def made_in(languages: Sequence[str], *, precedence: str, language: str) -> str:
    """The sentence on languages and which of them prevails, `languages` in their order of precedence."""
    at = LANGUAGES.index(language)
    names = [_TONGUES[one][at] for one in languages]
    every = (
        names[0] if len(names) == 1 else ("、" if language == "zh" else ", ").join(names[:-1]) + _AND[at] + names[-1]
    )
    kind = "one" if len(names) == 1 else precedence
    sentence = _MADE[kind][at].format(all=every, first=names[0])
    return sentence[0].upper() + sentence[1:]
