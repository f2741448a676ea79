// The shell: single keys, messages that leave by themselves, Esc. Every page works without it.
"use strict";
(() => {
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;
  const keys = document.getElementById("keys");
  let waiting = 0; // until when a letter after g counts

  const go = (letter) => {
    const line = [...document.querySelectorAll("#menu [data-key]")].find((link) => link.dataset.key === letter);
    if (line) line.click();
  };

  const single = (event) => {
    const search = document.getElementById("search");
    if (event.timeStamp < waiting) {
      waiting = 0;
      go(event.key);
    } else if (event.key === "g") waiting = event.timeStamp + 1500;
    else if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?" && keys) keys.showModal();
  };

  const close = () => {
    document.querySelectorAll("details.person[open]").forEach((open) => {
      open.removeAttribute("open");
      open.querySelector("summary").focus();
    });
    if (location.hash === "#menu") location.hash = "#main";
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || (keys && keys.open)) return;
    if ("keys" in document.body.dataset) single(event);
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.person[open]").forEach((open) => {
      if (!open.contains(event.target)) open.removeAttribute("open");
    });
  });

  // Messages: floating, read out, gone after ten seconds unless the pointer or the focus is on them.
  const toasts = document.querySelector(".toasts");
  if (toasts && toasts.children.length) {
    const told = [...toasts.children];
    toasts.classList.add("float");
    toasts.replaceChildren();
    requestAnimationFrame(() => toasts.append(...told)); // what enters a live region is read out
    const leave = () => {
      if (toasts.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else toasts.replaceChildren();
    };
    setTimeout(leave, 10000);
  }
})();
