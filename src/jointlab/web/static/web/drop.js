// The inbox: dropped files and folders are sent one by one with progress; the form alone does the same without it.
"use strict";
(() => {
  const form = document.getElementById("drop");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const told = form.querySelector(".sending");
  const words = told.dataset;
  let stopped = false;
  let sending = false;

  const line = (className, text) => {
    const entry = document.createElement("div");
    entry.className = className;
    entry.textContent = text;
    told.append(entry);
  };

  const post = (file, folder, bar, before) =>
    new Promise((resolve) => {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append("folder", folder);
      data.append("files", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.onprogress = (event) => { bar.value = before + event.loaded; };
      request.onload = () => resolve({ ok: request.status === 200, answer: request.response || {} });
      request.onerror = () => resolve({ broken: true });
      request.send(data);
    });

  const sendAll = async (found) => {
    if (!found.length || sending) return;
    sending = true;
    stopped = false;
    told.replaceChildren();
    const bar = document.createElement("progress");
    bar.className = "prog";
    bar.max = found.reduce((sum, one) => sum + one.file.size, 0) || 1;
    bar.setAttribute("aria-label", words.sent);
    const count = document.createElement("span");
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "sm";
    stop.textContent = words.stop;
    stop.addEventListener("click", () => { stopped = true; });
    told.append(count, " ", stop, bar);
    let bytes = 0;
    let troubles = 0;
    for (const [index, one] of found.entries()) {
      if (stopped) break;
      count.textContent = `${index + 1} / ${found.length}: ${one.file.name}`;
      const sent = await post(one.file, one.folder, bar, bytes);
      bytes += one.file.size;
      bar.value = bytes;
      if (sent.broken) {
        line("why", words.broken);
        troubles += 1;
        break;
      }
      if (!sent.ok) line("why", `${one.file.name}: ${sent.answer.sentence || words.failed}`);
      for (const part of sent.answer.left || []) line("why", `${part.name}: ${part.sentence}`);
      for (const same of sent.answer.known || []) line("soft", `${same.name}: ${words.known}`);
      troubles += (sent.ok ? 0 : 1) + (sent.answer.left || []).length + (sent.answer.known || []).length;
    }
    stop.remove();
    sending = false;
    if (!troubles) location.assign(location.pathname);
    else if (window.htmx) window.htmx.ajax("GET", location.pathname, { target: "#found", select: "#found", swap: "outerHTML" });
  };

  // A dropped folder is walked; what cannot be opened is left out.
  const walk = (entry, folder) =>
    new Promise((resolve) => {
      if (entry.isFile) entry.file((file) => resolve([{ file, folder }]), () => resolve([]));
      else {
        const inside = folder ? `${folder}/${entry.name}` : entry.name;
        const reader = entry.createReader();
        const all = [];
        const more = () =>
          reader.readEntries(async (entries) => {
            if (!entries.length) return resolve((await Promise.all(all)).flat());
            all.push(...entries.map((one) => walk(one, inside)));
            return more();
          }, () => resolve([]));
        more();
      }
    });

  const dropped = async (transfer) => {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    const found = entries.length
      ? (await Promise.all(entries.map((entry) => walk(entry, "")))).flat()
      : [...transfer.files].map((file) => ({ file, folder: "" }));
    sendAll(found);
  };

  form.querySelector(".choose").hidden = true;
  form.querySelector(".pick").hidden = false;
  form.querySelectorAll("[data-pick]").forEach((button) =>
    button.addEventListener("click", () => {
      input.webkitdirectory = button.dataset.pick === "folder";
      input.click();
    }));
  input.addEventListener("change", () => {
    sendAll([...input.files].map((file) => ({ file, folder: (file.webkitRelativePath || "").split("/").slice(0, -1).join("/") })));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  const carries = (event) => [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    dropped(event.dataTransfer);
  });
})();
