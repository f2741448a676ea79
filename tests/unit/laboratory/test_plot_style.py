"""The page's style of plots is that of science, and no plot carries a style of its own."""

from pathlib import Path

import jointlab.laboratory
from jointlab.science.plots.svg import STYLE


def test_the_style_sheet_is_that_of_science() -> None:
    sheet = Path(jointlab.laboratory.__file__).parent / "static/laboratory/plots.css"
    assert sheet.read_text(encoding="utf-8").partition("\n")[2].split() == STYLE.split()
