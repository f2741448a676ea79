// One plot, to be zoomed: the picture stays until the interactive one is drawn, and when it cannot be.
"use strict";
(async () => {
  const place = document.querySelector(".interactive[data-plot]");
  if (!place) return;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Plotly brings the rules of its maps as an inline style element, which this page's policy refuses. No plot is a map.
  const load = (address) => new Promise((done, failed) => {
    const create = document.createElement.bind(document);
    document.createElement = (name, ...rest) => create(name === "style" ? "noscript" : name, ...rest);
    const script = create("script");
    script.src = address;
    script.onload = () => { delete document.createElement; done(); };
    script.onerror = () => { delete document.createElement; failed(new Error(address)); };
    document.head.append(script);
  });

  const themed = (layout) => {
    const axis = { gridcolor: colour("--gridline"), linecolor: colour("--edge"), zeroline: false, exponentformat: "power" };
    return {
      ...layout, title: undefined, autosize: true, margin: { l: 64, r: 16, t: 16, b: 56 },
      font: { color: colour("--ink"), family: getComputedStyle(document.body).fontFamily },
      xaxis: { ...layout.xaxis, ...axis }, yaxis: { ...layout.yaxis, ...axis },
    };
  };

  const drawing = document.createElement("div");
  drawing.className = "drawing";
  try {
    const [answer] = await Promise.all([fetch(place.dataset.plot), load(place.dataset.plotly)]);
    if (!answer.ok) throw new Error(String(answer.status));
    const figure = await answer.json();
    const picture = place.querySelector("svg");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", picture.getAttribute("aria-label"));
    place.append(drawing);
    await Plotly.newPlot(drawing, figure.data, themed(figure.layout), { displayModeBar: false, responsive: true });
    picture.remove();
    place.dataset.drawn = "";
  } catch {
    drawing.remove();
    const said = document.createElement("p");
    said.className = "note";
    said.setAttribute("role", "status");
    said.textContent = place.dataset.failed;
    place.append(said);
  }
})();
