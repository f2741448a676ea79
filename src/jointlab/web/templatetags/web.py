"""Components as tags; the rest of them are included templates under web/."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from jointlab.errors import Fault
from jointlab.science.printed_units import unit as unit_in
from jointlab.web import numbers, sentences, sites, times, words
from jointlab.web.conditions import conditions as phrase

register = template.Library()

_ICONS = {  # paths of 24 by 24
    "overview": "M3 12h7V4H3zM3 20h7v-5H3zM14 20h7v-8h-7zM14 4v5h7V4z",
    "inbox": "M3 13l3-8h12l3 8v6H3zM3 13h5l1.5 3h5L16 13h5",
    "samples": "M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M8 14h8",
    "measurements": "M4 4v16h16M7 15l4-5 3 3 5-7",
    "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2 20c.5-4 3-6 7-6s6.5 2 7 6M16 5a3 3 0 0 1 0 6M18 14c2.5.6 3.7 2.6 4 6",
    "menu": "M4 7h16M4 12h16M4 17h16",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside a word."""
    return format_html('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', _ICONS[name])


@register.simple_tag
def site(mark: str, word: str) -> SafeString:
    """A site: colour, shape and word."""
    return format_html('<span class="site {}">{}</span>', mark, word)


@register.simple_tag
def site_of(prefix: str) -> SafeString:
    """The site whose records begin with this prefix."""
    found = sites.site_of(prefix)
    return site(found.mark, found.word)


@register.simple_tag
def site_mark(prefix: str) -> str:
    """The mark of a site: a, n or nothing."""
    return sites.site_of(prefix).mark


@register.simple_tag
def site_word(prefix: str) -> str:
    """The city of a site in the reader's language."""
    return sites.site_of(prefix).word


@register.simple_tag
def record_link(code: str, address: str) -> SafeString:
    """A sample, device or measurement by its code, with the mark of its home."""
    return format_html('<a class="id {}" href="{}">{}</a>', site_mark(code.partition("-")[0]), address, code)


@register.filter
def initials(name: str) -> str:
    """At most two letters of a name: A. Serikov is AS, 王磊 is 王磊."""
    parts = [word for word in name.replace(".", " ").split() if word]
    if len(parts) == 1:
        return parts[0][:2]
    return "".join(word[0] for word in (parts[0], parts[-1])).upper() if parts else "?"


@register.simple_tag
def number(value: numbers.Value, decimals: int | None = None) -> str:
    """A number with the marks of the reader's language."""
    return numbers.number(value, decimals=decimals)


@register.simple_tag
def figure(result: Any) -> SafeString:
    """Value ± uncertainty and unit of a figure: a row of Result, a recorded figure, or one of a reading's answer."""
    value = _of(result, "value_text") or _of(result, "value")
    if value in (None, ""):
        return not_measured()
    uncertainty = _of(result, "uncertainty_text") or _of(result, "uncertainty")
    shown = numbers.with_uncertainty(value, uncertainty, _of(result, "unit") or "")
    includes = _of(result, "includes")
    if shown.uncertainty and includes:
        return format_html('<span class="num nw" title="± {}">{}</span>', includes, shown.text)
    return format_html('<span class="num nw">{}</span>', shown.text)


@register.simple_tag
def fom(result: Any, name: str = "", source: str = "") -> SafeString:
    """One cell of a figures strip: name, value, ± uncertainty and unit, then where it comes from."""
    value = _of(result, "value_text") or _of(result, "value")
    shown = numbers.with_uncertainty(
        value, _of(result, "uncertainty_text") or _of(result, "uncertainty"), _of(result, "unit") or ""
    )
    small = f"± {shown.uncertainty} " if shown.uncertainty else ""
    power = f"× {shown.power} " if shown.power else ""
    return format_html(
        '<div><span class="lb">{}</span><b>{} <small>{}{}{}</small></b><span class="sub">{}</span></div>',
        name or words.quantity(_of(result, "quantity")), shown.value, small, power, shown.unit,
        source or phrase(_conditions(result)),
    )  # fmt: skip


def _of(result: Any, name: str) -> Any:
    """A field of a row, a record or a plain mapping."""
    return result.get(name) if isinstance(result, Mapping) else getattr(result, name, None)


def _conditions(result: Any) -> Mapping[str, Any]:
    found = _of(result, "conditions") or {}
    return found if isinstance(found, Mapping) else {entry.name: entry.value for entry in found}


@register.simple_tag
def conditions(result: Any) -> str:
    """“cycle 1, current 0.969 mA”."""
    return phrase(_conditions(result))


@register.filter
def technique(name: str) -> str:
    """The name of a technique, as the beginning of a line."""
    return words.technique(name)


@register.filter
def said(told: str | Fault) -> str:
    """What was said in English, or a fault, in the reader's language; marked as English where it is not translated."""
    text = told.message if isinstance(told, Fault) else told
    found = sentences.sentence(told) if isinstance(told, Fault) else sentences.recorded(text)
    same = found == text and numbers.language() != "en"
    return format_html('<span lang="en">{}</span>', text) if same and text else found


@register.filter
def quantity(name: str) -> str:
    """The name of a quantity."""
    return words.quantity(name)


@register.filter
def unit(text: str) -> str:
    """A unit of the quantity table as print writes it in the reader's language."""
    return unit_in(text, language=numbers.language())


@register.simple_tag
def difference(computed: numbers.Value, stated: numbers.Value) -> str:
    """Computed against stated in per cent."""
    return numbers.difference(computed, stated)


@register.simple_tag
def date(value: times.Moment | None) -> SafeString:
    """A day; the full time as its title."""
    if not value:
        return not_measured()
    found = times.parsed(value)
    return _at(found, times.day(found))


@register.simple_tag
def clock(value: times.Moment) -> SafeString:
    """Hours and minutes."""
    return _time(value, times.clock(value))


@register.simple_tag
def moment(value: times.Moment) -> SafeString:
    """Date, hours and minutes."""
    return _time(value, f"{times.date(value)}, {times.clock(value)}".rstrip(", "))


@register.simple_tag
def ago(value: dt.datetime) -> SafeString:
    """How long ago; the full time as its title."""
    return _time(value, times.ago(value))


def _time(value: times.Moment, text: str) -> SafeString:
    return _at(times.parsed(value), text)


def _at(found: dt.datetime | dt.date, text: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', found.isoformat(), times.whole(found), text)


@register.simple_tag
def options(
    pairs: Iterable[tuple[object, object]], chosen: object = "", after: str = "", before: str = ""
) -> SafeString:
    """The choices of a list, value and word; written at once, for there may be hundreds."""
    asked = str(chosen)
    return mark_safe(  # noqa: S308  (every part is escaped)
        "".join(
            f'<option value="{(name := escape(f"{before}{value}"))}"{" selected" if name == escape(asked) else ""}>{escape(word)}{after}</option>'
            for value, word in pairs
        )
    )


@register.filter
def size(count: int) -> str:
    """Bytes as people read them."""
    return times.size(count)


@register.filter
def speed(rate: float) -> str:
    """Bytes a second as people read them."""
    return times.speed(rate)


@register.filter
def lasting(seconds: int) -> str:
    """How long something takes."""
    return times.lasting(seconds)


@register.simple_tag
def badge(kind: str, word: str) -> SafeString:
    """A state in a pill: ok, warn, err, g or nothing."""
    return format_html('<span class="badge {}">{}</span>', kind, word)


@register.simple_tag
def state(kind: str, word: str) -> SafeString:
    """A state beside its sign: ok, wait, bad or nothing."""
    return format_html('<span class="st {}">{}</span>', kind, word)


@register.simple_tag
def progress(done: int, total: int, label: str, running: bool = False) -> SafeString:
    """How far something is; hatched while it runs and the end is not known."""
    hatched = " run" if running else ""
    return format_html(
        '<progress class="prog{}" max="{}" value="{}" aria-label="{}"></progress>', hatched, max(total, 1), done, label
    )


@register.simple_tag
def bar(label: str, **parts: float) -> SafeString:
    """Parts of a hundred side by side: `{% bar "57 : 43" a=57 n=43 %}`; kinds a, n, g, k and h (hatched)."""
    shapes, left = [], 0.0
    for kind, share in parts.items():
        width = max(share - 0.8, 0.0)  # a gap between neighbours
        shapes.append((kind, f"M{left:g} 3.5h{width:g}"))
        left += share
    drawn = format_html_join("", '<path class="{}" d="{}"/>', shapes)
    return format_html(
        '<svg class="bar" viewBox="0 0 100 7" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        drawn,
    )


@register.simple_tag
def shares(label: str, parts: Mapping[str, float]) -> SafeString:
    """`bar` with parts that are known at run time."""
    return bar(label, **parts)


@register.simple_tag
def not_measured() -> SafeString:
    """The dash that stands for what was not measured or is not known."""
    return format_html('<span class="soft" title="{0}" aria-label="{0}" role="img">—</span>', gettext("Not measured"))


@register.simple_tag
def today() -> dt.date:
    """The node's day."""
    return timezone.localdate()
