"use strict";
// Filters the table that is in the page: words and facets in, rows shown or hidden, the state in the address.
(() => {
  const find = (id) => document.getElementById(id);
  const { stop, records } = JSON.parse(find("records").textContent);
  const ignored = new Set(stop);
  const facets = [...document.querySelectorAll(".facet")].map((box) => ({
    key: box.dataset.facet,
    all: box.dataset.match === "all",
    first: box.open,
    box,
    options: [...box.querySelectorAll("input")].map((input) => ({
      input,
      number: input.closest("label").querySelector(".n"),
    })),
  }));
  for (const record of records) {
    record.row = find("record-" + record.id);
    record.name = record.row.querySelector("a").textContent;
  }
  const newest = [...records];
  const orders = {
    newest: () => newest,
    name: () => [...newest].sort((a, b) => a.name.localeCompare(b.name, "en")),
    complete: () => [...newest].sort((a, b) => b.complete - a.complete),
  };

  // As the index of `search`: small letters, no accents, the singular where English adds an s.
  const singular = (word) => {
    if (word.endsWith("ies") && word.length > 4) return word.slice(0, -3) + "y";
    return word.length > 3 && /s$/.test(word) && !/(ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
  };
  const words = (text) =>
    (text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").match(/[\p{L}\p{N}]+/gu) || [])
      .map(singular)
      .filter((word) => !ignored.has(word));
  // Beginnings of words are enough, but for words so short that they begin half the dictionary.
  const holds = (record, word) => record.words.includes(word.length > 2 ? " " + word : " " + word + " ");

  const chosen = (facet) => facet.options.filter((o) => o.input.checked).map((o) => o.input.value);
  const passes = (record, facet, values) => {
    const told = record.told[facet.key];
    const has = (value) => told.includes(value);
    return !values.length || (facet.all ? values.every(has) : values.some(has));
  };

  function show() {
    const asked = words(find("words").value);
    const picked = facets.map(chosen);
    const said = records.filter((record) => asked.every((word) => holds(record, word)));
    const left = said.filter((record) => facets.every((facet, n) => passes(record, facet, picked[n])));
    const shown = new Set(left);
    for (const record of records) record.row.hidden = !shown.has(record);
    count(said, picked);
    const total = picked.flat().length;
    find("chosen").textContent = total ? "(" + total + " chosen)" : "";
    find("clear").disabled = !total && !find("words").value;
    say(left.length);
  }

  // Behind an option stands how many rows it would leave, or add where one answer is enough.
  function count(said, picked) {
    facets.forEach((facet, at) => {
      const open = said.filter((record) =>
        facets.every((other, n) => (n === at && !facet.all) || passes(record, other, picked[n])));
      for (const { input, number } of facet.options) {
        const n = open.filter((record) => record.told[facet.key].includes(input.value)).length;
        number.textContent = n;
        input.closest("label").classList.toggle("none", !n);
      }
    });
  }

  function say(n) {
    const all = records.length;
    const text = (n === all ? "" : n + " of ") + all + (all === 1 ? " record" : " records");
    find("count").textContent = n ? text : "No record matches. Ask for less, or clear all.";
  }

  function sort() {
    const order = (orders[find("sort").value] || orders.newest)();
    find("rows").append(...order.map((record) => record.row));
  }

  function write() {
    const state = new URLSearchParams();
    if (find("words").value.trim()) state.set("q", find("words").value.trim());
    for (const facet of facets) for (const value of chosen(facet)) state.append(facet.key, value);
    if (find("sort").value !== "newest") state.set("sort", find("sort").value);
    history.replaceState(null, "", "#" + state);
  }

  function read() {
    // An address such as #main is a place in the page and no state.
    if (location.hash.length > 1 && !location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    find("words").value = (state.get("q") || "").slice(0, 300);
    for (const facet of facets) {
      const values = state.getAll(facet.key);
      for (const { input } of facet.options) input.checked = values.includes(input.value);
      if (chosen(facet).length) facet.box.open = true;
    }
    find("sort").value = Object.hasOwn(orders, state.get("sort") || "") ? state.get("sort") : "newest";
    sort();
    show();
  }

  const wide = matchMedia("(min-width: 60.01rem)");
  const unfold = () => {
    find("filters").open = wide.matches;
    for (const facet of facets) facet.box.open = (wide.matches && facet.first) || chosen(facet).length > 0;
  };
  wide.addEventListener("change", unfold);
  unfold();
  find("tools").hidden = find("order").hidden = false;
  find("tools").addEventListener("input", () => { show(); write(); });
  find("sort").addEventListener("change", () => { sort(); write(); });
  find("clear").addEventListener("click", () => {
    find("words").value = "";
    for (const facet of facets) for (const { input } of facet.options) input.checked = false;
    show();
    write();
    find("words").focus();
  });
  addEventListener("hashchange", read);
  read();
})();
