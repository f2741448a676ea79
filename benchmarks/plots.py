"""The first plot of a measurement's page, painted in Chromium: a curve of 10,000 points, after the page has arrived."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench, Figure
from tests.browser.conftest import CHROMIUM
from tests.browser.node_process import PASSWORD, Served, make, start

POINTS = 10_000
_LIMIT = 200.0  # ms
_MEASURE = """
import math
from jointlab.people.actors import actor_of
from jointlab.people.models import Person
from jointlab.laboratory.models import Reading
from jointlab.laboratory.operations import files, measurements, samples
from jointlab.laboratory.reading_apart import read_file
from jointlab.laboratory.tasks import task_of, write_reading
actor = actor_of(Person.objects.get(name="A. Serikov"), home="kz")
points = [(10 + 0.01 * i, 200 + 90 * math.sin(i * 12.9898) ** 2 + sum(9000 / (1 + ((10 + 0.01 * i - c) / 0.12) ** 2) for c in range(15, 108, 7)))
          for i in range(POINTS)]
data = "2theta (deg),intensity (counts)\\n" + "".join(f"{x:.2f},{y:.0f}\\n" for x, y in points)
file = files.receive(actor, chunks=[data.encode()], name="curve.csv", source="page").file
Reading.objects.filter(file=file).update(settings={"wavelength": "cu_ka"})
file.refresh_from_db()
write_reading(file, read_file(task_of(file)))
sample = samples.add(actor, samples.SampleDraft(title="Anatase"))
print(measurements.record(actor, file=file, sample=sample).code)
""".replace("POINTS", str(POINTS))
# From the last byte of the page to the frame after the one in which the plot was laid out.
_PAINTED = """
() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const plot = document.querySelector("svg.plot .ser");
  const page = performance.getEntriesByType("navigation")[0];
  done(plot && plot.getBoundingClientRect().width > 300 ? window.framed - page.responseEnd : -1);
}, 0)))
"""
_WATCH = """
const look = () => requestAnimationFrame(() => {
  if (document.querySelector("svg.plot .ser")) requestAnimationFrame(() => setTimeout(() => { window.framed = performance.now(); }, 0));
  else look();
});
look();
"""


def figures(bench: Bench) -> Iterator[Figure]:
    if CHROMIUM is None:
        sys.stderr.write("benchmarks/plots: skipped, no Chromium on this machine\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        node = Path(folder) / "node"
        make(node)
        served, process = start(node)
        try:
            found = _painted(served, served.run(_MEASURE).split()[-1], rounds=max(bench.rounds, 5))
        finally:
            process.terminate()
            process.wait(20)
    yield Figure(
        f"first plot of a measurement's page painted in Chromium, {POINTS:,} points, median after the page's last byte",
        f"{found:.0f} ms", f"{_LIMIT:.0f} ms", found / _LIMIT, 1.0, at_most=True,
    )  # fmt: skip


def _painted(served: Served, code: str, *, rounds: int) -> float:
    """Milliseconds, the median of `rounds` pages."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(base_url=served.address, viewport={"width": 1316, "height": 900})
        page.goto("/sign-in")
        page.fill("[name=username]", "serikov")
        page.fill("[name=password]", PASSWORD)
        page.locator("main button.pri").click()
        page.wait_for_url("**/")
        page.add_init_script(_WATCH)
        found = []
        for _ in range(rounds):
            page.goto(f"/measurements/{code}")
            page.wait_for_function("window.framed")
            found.append(float(page.evaluate(_PAINTED)))
        chromium.close()
    assert min(found) > 0, "the plot was not there"
    return median(found)
