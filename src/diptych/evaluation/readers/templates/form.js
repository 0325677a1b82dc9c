"use strict";
(() => {
  const study = document.body.dataset.study;
  const store = "diptych-reader-study-" + study;
  const items = [...document.querySelectorAll(".item")];
  const fields = ["answer", "confidence", "quality", "remark"];
  const byId = (id) => document.getElementById(id);
  const inputs = (item) => [...item.querySelectorAll("input")];
  let current = 0;

  const answerOf = (item) => {
    const row = { item: Number(item.dataset.item) };
    for (const field of fields) row[field] = "";
    for (const input of inputs(item)) {
      const field = input.name.split("-")[0];
      if (input.type !== "radio" || input.checked) row[field] = input.value;
    }
    return row;
  };
  const isDone = (row) => row.answer !== "" && row.confidence !== "";
  const isOpen = (item) => !isDone(answerOf(item));
  const all = () => ({
    study, reader: byId("reader").value.trim(), years: byId("years").value, answers: items.map(answerOf),
  });

  // Some browsers keep nothing for pages opened from a disk: then the file is the only copy.
  const keep = () => { try { localStorage.setItem(store, JSON.stringify(all())); } catch { /* as said */ } };
  const recall = () => { try { return JSON.parse(localStorage.getItem(store)); } catch { return null; } };

  const restore = (kept) => {
    byId("reader").value = kept.reader;
    byId("years").value = kept.years;
    for (const row of kept.answers) {
      for (const input of inputs(items[row.item - 1])) {
        const value = row[input.name.split("-")[0]];
        if (input.type === "radio") input.checked = input.value === value;
        else input.value = value;
      }
    }
  };

  const standing = (open) => {
    const row = answerOf(items[current]);
    if ((row.answer === "") !== (row.confidence === "")) {
      return `${row.answer ? "How sure?" : "What is it?"} Without it this image does not count`;
    }
    return open ? `${items.length - open} of ${items.length} answered` : "All answered: save them";
  };
  const report = () => {
    const open = items.filter(isOpen).length;
    byId("progress").textContent = standing(open);
    byId("back").disabled = current === 0;
    byId("next").disabled = current === items.length - 1;
    byId("open").disabled = open === 0;
  };
  const show = (place, focus = true) => {
    if (place < 0 || place >= items.length) return;
    current = place;
    items.forEach((item, index) => { item.hidden = index !== current; });
    byId("intro").hidden = current > 0;
    if (focus) items[current].querySelector("h2").focus();
    report();
  };
  const choose = (field, value) => {
    const input = items[current].querySelector(`input[name^="${field}-"][value="${value}"]`);
    if (!input) return;
    input.checked = true;
    keep();
    report();
  };
  const toOpen = () => {
    const order = items.map((_, index) => (current + 1 + index) % items.length);
    const place = order.find((index) => isOpen(items[index]));
    if (place !== undefined) show(place);
  };

  const save = (ending, type, text) => {
    const reader = byId("reader");
    if (!reader.value.trim()) {
      show(0);
      byId("progress").textContent = "Please give your code first";
      reader.focus();
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = `answers-${reader.value.trim().replace(/[^\p{L}\p{N}_-]+/gu, "_")}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    const open = items.filter(isOpen).length;
    const lack = open ? ` without ${open} of ${items.length} images` : "";
    byId("progress").textContent = `Saved${lack} as ${link.download}: send this file back`;
  };
  const quoted = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const asTable = (found) => [
    ["study", "reader", "years", "item", ...fields].join(","),
    ...found.answers.map((row) =>
      [found.study, found.reader, found.years, row.item, ...fields.map((field) => row[field])].map(quoted).join(",")),
  ].join("\r\n") + "\r\n";

  byId("back").addEventListener("click", () => show(current - 1));
  byId("next").addEventListener("click", () => show(current + 1));
  byId("open").addEventListener("click", toOpen);
  byId("json").addEventListener("click", () => save("json", "application/json", JSON.stringify(all(), null, 1) + "\n"));
  byId("csv").addEventListener("click", () => save("csv", "text/csv", asTable(all())));
  document.addEventListener("input", () => { keep(); report(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=text], input[type=number]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "r") choose("answer", "real");
    else if (key === "s") choose("answer", "synthetic");
    else if (/^Digit[1-5]$/.test(event.code) && event.shiftKey) choose("quality", event.code.at(-1));
    else if ("12345".includes(key)) choose("confidence", key);
    else if (key === "n" || (key === "enter" && !event.target.matches("button"))) show(current + 1);
    else if (key === "b") show(current - 1);
    else return;
    event.preventDefault();
  });

  const kept = recall();
  if (kept && kept.study === study) restore(kept);
  show(Math.max(items.findIndex(isOpen), 0), false);
})();
