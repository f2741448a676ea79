"""One self-contained HTML report of many files: figures, plots, what was stated beside what was computed, refusals."""

from collections.abc import Sequence
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from jointlab import __version__
from jointlab.errors import Fault
from jointlab.node.words import condition_words, no_figures, technique_name
from jointlab.science.digits import difference, plain, with_uncertainty
from jointlab.science.door import ReadFile
from jointlab.science.plots.plot import Plot
from jointlab.science.plots.svg import STYLE, svg
from jointlab.science.printed_units import display_unit
from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import Stated
from jointlab.science.source import printable
from jointlab.science.techniques.technique import Figure

if TYPE_CHECKING:
    from jointlab.node.read_command import Answer

_AT_ONCE, _MOST = 16, 400  # figures in the table, and below “all figures”
_MARK = (
    '<svg viewBox="0 0 27 15" aria-hidden="true"><circle cx="7.5" cy="7.5" r="6.5" fill="var(--a)"/>'
    '<path d="M18.5 0l7.5 7.5-7.5 7.5L11 7.5z" fill="var(--n)" stroke="var(--paper)" stroke-width="1.5"/></svg>'
)


def report_html(answers: "Sequence[Answer]", *, title: str) -> str:
    """The whole page as text; it needs nothing beside itself."""
    style = resources.files("jointlab.node").joinpath("report.css").read_text() + STYLE
    read = sum(answer.file is not None for answer in answers)
    parts = "".join(_section(answer, number) for number, answer in enumerate(answers, start=1))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f'<a class="skip" href="#main">Skip to the files</a><header><div class="brand">{_MARK}jointlab</div>'
        f"<h1>{escape(title)}</h1><p class=soft>{read} of {len(answers)} files read · ± is one standard uncertainty (k = 1) and holds only what the column “Method” names behind its ± · "
        f"“—” means none · jointlab {__version__}</p>{_contents(answers)}</header>"
        f'<main id="main">{parts}</main></body></html>\n'
    )


def _contents(answers: "Sequence[Answer]") -> str:
    if len(answers) < 2:
        return ""
    rows = []
    for number, answer in enumerate(answers, start=1):
        name = f'<a href="#file-{number}">{escape(_name(answer))}</a>'
        if answer.file is None:
            what = answer.refused.message if answer.refused else ""
            rows.append((name, "✕ not read", escape(what)))
        else:
            figures = answer.file.headline(most=1)
            first = f"{QUANTITIES[figures[0].quantity].en} {_value(figures[0])}" if figures else "—"
            rows.append((name, escape(technique_name(answer.file.reading.technique)), escape(first)))
    return f'<section class="card contents">{_table(("File", "Technique", "First figure"), rows)}</section>'


def _section(answer: "Answer", number: int) -> str:
    head = f'<section class="file" id="file-{number}" aria-label="{escape(_name(answer), quote=True)}">'
    if answer.file is None:
        return f"{head}<h2>{escape(_name(answer))} <small>not read</small></h2>{_refusal(answer.refused)}</section>"
    file = answer.file
    reading = file.reading
    facts = [reading.instrument or "", str(reading.started or "").replace("T", " "), reading.format]
    return (
        f"{head}<h2>{escape(_capital(technique_name(reading.technique)))} <small>{escape(_name(answer))}</small></h2>"
        f'<p class="sub soft">{escape(" · ".join(fact for fact in facts if fact))}</p>'
        f"{_strip(file)}{_plots(file)}{_figures(file)}{_cautions(file)}{_tables(file)}{_chain(file)}</section>"
    )


def _refusal(fault: Fault | None) -> str:
    if fault is None:
        return ""
    question = getattr(fault, "question", None)
    options = (
        []
        if question is None
        else [
            (f"<code>--set {escape(question.key)}={escape(o.value)}</code>", escape(o.example))
            for o in question.options
        ]
    )
    asked = _table(("Answer with", "The reading would be"), options) if options else ""
    return f'<div class="say err"><b>✕ {escape(fault.code)}</b> {escape(fault.message)}{asked}</div>'


def _strip(file: ReadFile) -> str:
    """At most five figures, one of a kind."""
    cells = []
    for figure in file.headline():
        value, _, spread = with_uncertainty(figure.value, figure.uncertainty).partition(" ± ")
        small = (f"± {spread} " if spread else "") + display_unit(figure.unit).removeprefix("1")
        cells.append(
            f"<div><span>{escape(QUANTITIES[figure.quantity].en)}</span><b>{value} <small>{escape(small)}</small></b>"
            f"<span>{escape(condition_words(figure.conditions)) or '&nbsp;'}</span></div>"
        )
    return f'<div class="foms">{"".join(cells)}</div>' if cells else ""


def _plots(file: ReadFile) -> str:
    plots = [plot for _, analysis in file.analyses for plot in analysis.plots]
    return f'<div class="plots">{"".join(_plot(plot) for plot in plots)}</div>' if plots else ""


def _plot(plot: Plot) -> str:
    caption = f'<p class="soft small">{escape(plot.caption)}</p>' if plot.caption else ""
    return f'<section class="card"><h3>{escape(plot.title)}</h3>{svg(plot)}{caption}</section>'


def _figures(file: ReadFile) -> str:
    if not file.figures:
        return "" if file.analyses else f'<p class="soft">{escape(no_figures(file.reading.technique))}</p>'
    rows: list[tuple[str, ...]] = []
    for figure in file.figures[:_MOST]:
        stated = stated_for(figure, file.stated)
        beside = "—" if stated is None else plain(stated.value)
        apart = "" if stated is None else difference(figure.value, stated.value)
        entry = QUANTITIES[figure.quantity]
        rows.append(
            (
                f"{escape(entry.en)} ({escape(display_unit(figure.unit))})",
                escape(condition_words(figure.conditions)),
                with_uncertainty(figure.value, figure.uncertainty),
                beside,
                apart,
                escape(figure.method)
                + (f' <span class="soft">± {escape(figure.includes)}</span>' if figure.includes else ""),
            )
        )
    head: tuple[str, ...] = ("Figure", "Conditions", "Computed here", "Stated by the file", "Difference", "Method")
    numeric: tuple[int, ...] = (2, 3, 4)
    title = "Computed here, and stated by the file"
    if all(row[3] == "—" for row in rows):
        title, numeric, head = "Computed here; the file states none of these", (2,), (*head[:3], *head[5:])
        rows = [(*row[:3], *row[5:]) for row in rows]
    table = _table(head, rows[:_AT_ONCE], numeric=numeric)
    rest, left = rows[_AT_ONCE:], len(file.figures) - _MOST
    more = f"<summary>{len(rest)} more figures</summary>{_table(head, rest, numeric=numeric)}" if rest else ""
    note = f'<p class="soft small">and {left} more; <code>--json</code> shows all</p>' if left > 0 else ""
    hidden = f"<details>{more}{note}</details>" if more else ""
    return f'<section class="card"><h3>{title}</h3>{table}{hidden}</section>'


def stated_for(figure: Figure, stated: Sequence[Stated]) -> Stated | None:
    """What the file states of the same quantity under conditions that do not contradict the figure's."""
    for entry in stated:
        shared = entry.conditions.keys() & figure.conditions.keys()
        if entry.quantity == figure.quantity and all(entry.conditions[k] == figure.conditions[k] for k in shared):
            return entry
    return None


def _cautions(file: ReadFile) -> str:
    said = [f'<div class="say"><b>◷ {escape(c.code)}</b> {escape(c.message)}</div>' for c in file.warnings]
    return "".join(said)


def _tables(file: ReadFile) -> str:
    rows = [
        (
            escape(table.name),
            f"{table.rows:,}".replace(",", "\u2009"),
            escape(", ".join(f"{c.name} ({display_unit(c.unit)})" if c.unit else c.name for c in table.columns)),
        )
        for table in file.tables[:40]
    ]
    return f"<details><summary>Columns of the file, in canonical units</summary>{_table(('Table', 'Rows', 'Columns'), rows, numeric=(1,))}</details>"


def _chain(file: ReadFile) -> str:
    decisions = "; ".join(f"{key}: {value}" for key, value in file.reading.decisions.items())
    links = [f"file <code>{file.sha256[:16]}</code>", f"reader <code>{escape(file.reading.format)}</code>"]
    links += [f"analysis <code>{escape(t.name)} {escape(t.version)}</code>" for t, _ in file.analyses]
    told = f'<span title="how the text was read">{escape(decisions)}</span>' if decisions else ""
    return f'<p class="chain">{" <span aria-hidden=true>→</span> ".join(links)} {told}</p>'


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, numeric: tuple[int, ...] = ()) -> str:
    """A table that stacks on a phone; cells are HTML already."""
    kind = [' class="r num"' if i in numeric else "" for i in range(len(head))]
    top = "".join(f'<th scope="col"{" class=r" if i in numeric else ""}>{label}</th>' for i, label in enumerate(head))
    body = "".join(
        "<tr>" + "".join(f'<td{kind[i]} data-l="{head[i]}">{cell}</td>' for i, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table class="stack"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _value(figure: Figure) -> str:
    return f"{with_uncertainty(figure.value, figure.uncertainty)} {display_unit(figure.unit).removeprefix('1')}".strip()


def _name(answer: "Answer") -> str:
    return printable(answer.path).rpartition("/")[2]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
