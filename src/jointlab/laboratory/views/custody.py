"""The custody bar: where a sample is and was, and how much of it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jointlab.laboratory.amount_words import amount_in_words
from jointlab.laboratory.models import Sample
from jointlab.laboratory.queries.custody import Custody, custody_of
from jointlab.web.sites import site_of
from jointlab.web.times import date

_WIDTHS = 9  # classes w1 to w9; no part is thinner than w2, so that its words have room


@dataclass(frozen=True)
class Segment:
    """One part of the bar: a site, or (without a mark) the way between two. `width` is a share, 2 to 9."""

    mark: str
    title: str
    text: str
    width: int
    way: bool = False


@dataclass(frozen=True)
class Bar:
    """The bar, and what is neither here nor there nor between."""

    segments: tuple[Segment, ...]
    note: str


def custody_bar(sample: Sample) -> Bar:
    """The bar of a sample that the caller found through queries."""
    custody = custody_of(sample)
    segments = [_home(sample, custody)]
    if custody.under_way:
        segments.append(_way(custody))
    for one in custody.held:
        site, left = site_of(one.institution), _words(custody, one.there)
        since = _("since {day}").format(day=date(one.since)) if one.since else ""
        text = " · ".join(filter(None, (since, _("{left} left").format(left=left))))
        segments.append(Segment(site.mark, site.word, text, _share(custody, one.there)))
    gone = [(_("Used by the partner"), custody.used), (_("Lost"), custody.lost)]
    note = " · ".join(f"{title}: {_words(custody, value)}" for title, value in gone if value)
    return Bar(tuple(segments), note)


def _home(sample: Sample, custody: Custody) -> Segment:
    site, made = site_of(sample.institution_id), amount_in_words(sample.amount)
    parts = [_("since {day}").format(day=date(sample.made_on or sample.created_at))]
    if made:
        parts.append(_("{amount} made").format(amount=made))
    left = custody.amount(custody.at_home)
    if left and left != sample.amount:
        parts.append(_("{left} left").format(left=amount_in_words(left)))
    share = _share(custody, custody.at_home) if custody.at_home is not None else _WIDTHS
    return Segment(site.mark, site.word, " · ".join(parts), share)


def _way(custody: Custody) -> Segment:
    days = [(timezone.localdate() - one.sent_on).days for one in custody.open if one.sent_on and one.state != "returning"]  # fmt: skip
    parts = [_words(custody, custody.under_way)]
    if days:
        parts.append(ngettext("{n} day", "{n} days", max(*days, 0)).format(n=max(*days, 0)))
    return Segment("", _("in transit"), " · ".join(parts), _share(custody, custody.under_way), way=True)


def _share(custody: Custody, part: Decimal) -> int:
    whole = custody.whole if custody.whole else custody.gone
    share = part / whole if whole > 0 else Decimal(0)
    return min(max(round(share * _WIDTHS), 2), _WIDTHS)


def _words(custody: Custody, value: Decimal) -> str:
    return amount_in_words(custody.amount(value))
