// Pieces of a page that change by themselves: asked for again every two seconds, and put in place of the old ones.
"use strict";
(() => {
  const REST = 2000; // milliseconds

  const put = (old, text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").body.firstElementChild;
    if (!fresh) return old;
    if ("come" in fresh.dataset) {
      location.reload(); // what depends on it, such as plots, is elsewhere on the page
      return null;
    }
    const token = "input[name=csrfmiddlewaretoken]";
    old.querySelectorAll(token).forEach((one) => fresh.querySelectorAll(token).forEach((new_) => new_.setAttribute("value", one.value)));
    if (fresh.outerHTML === old.outerHTML) return old;
    const held = document.activeElement;
    const name = held && old.contains(held) ? held.getAttribute("value") || held.getAttribute("href") : null;
    old.replaceWith(fresh);
    if (name !== null) {
      const again = [...fresh.querySelectorAll("button, a")].find((one) => (one.getAttribute("value") || one.getAttribute("href")) === name);
      (again || fresh.querySelector("button, a") || fresh).focus();
    }
    return fresh;
  };

  const look = async (piece) => {
    let shown = piece;
    while (shown && shown.isConnected && shown.dataset.lookAgain) {
      await new Promise((done) => { setTimeout(done, REST); });
      if (document.hidden) continue;
      try {
        const answer = await fetch(shown.dataset.lookAgain, { headers: { Accept: "text/html" } });
        if (answer.redirected || answer.status === 404) return;
        if (answer.ok) shown = put(shown, await answer.text());
      } catch { /* the node does not answer: again after the rest */ }
    }
  };

  document.querySelectorAll("[data-look-again]").forEach(look);
})();
