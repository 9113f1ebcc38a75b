// Only improves what works without it: keeps drafts while people type, and looks again when a cycle changed.
"use strict";
(() => {
  const save = (form, note) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("save", "1");
    fetch(form.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => { if (text && note) note.textContent = text; })
      .catch(() => { if (note) note.textContent = note.dataset.lost || ""; });
  };
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const note = form.querySelector("[data-draft-note]");
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => save(form, note), 1500);
    });
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const source = new EventSource(part.dataset.live);
    source.addEventListener("changed", () => {
      fetch(part.dataset.part, { headers: { "HX-Request": "true" } })
        .then((answer) => (answer.ok ? answer.text() : ""))
        .then((html) => { if (html) htmx.swap({ target: part, text: html, swap: "innerMorph" }); })
        .catch(() => {});
    });
  }
  for (const box of document.querySelectorAll("[data-timer]")) {
    let end = 0;
    const show = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      box.querySelector("output").textContent = `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
      if (left > 0) setTimeout(show, 250);
    };
    box.hidden = false;
    for (const button of box.querySelectorAll("button[data-minutes]")) {
      button.addEventListener("click", () => { end = Date.now() + Number(button.dataset.minutes) * 60000; show(); });
    }
  }
  // A link to hand over is whole, also where the server does not know its own address.
  for (const link of document.querySelectorAll(".link-out")) {
    if (link.textContent.startsWith("/")) link.textContent = location.origin + link.textContent;
  }
  const summary = document.getElementById("fouten");
  if (summary) summary.focus();
})();
