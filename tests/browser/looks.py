"""In which languages and widths a page is looked at: short words on a desk, long ones on a phone; all others in the long run."""

from itertools import product

import pytest

_USUAL = {("en", 1316), ("zh-hans", 1316), ("ru", 320), ("kk", 320)}


def looks(*widths: int) -> pytest.MarkDecorator:
    """Every language at each of these widths (pixels)."""
    every = product(("en", "ru", "kk", "zh-hans"), widths)
    marked = (pytest.param(*one, marks=() if one in _USUAL else pytest.mark.long) for one in every)
    return pytest.mark.parametrize(("language", "width"), list(marked))
