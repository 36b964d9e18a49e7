"use strict";
// Without it the page is whole but for the traces; with it the table is sorted, filtered and opened.
(() => {
  const table = document.getElementById("accounts");
  const held = document.getElementById("traces");
  if (!table || !held) return;
  const traces = JSON.parse(held.textContent);
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const make = (name, text, kind) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };

  // A trace: sentences, in which the values of this account stand where they were taken out.
  const below = new Map();
  const trace = (place) => {
    const [which, values] = traces.accounts[place];
    const left = values.split(" ");
    const row = make("tr", "", "trace");
    row.id = `trace-${place}`;
    const cell = row.appendChild(make("td"));
    cell.colSpan = table.tHead.rows[0].cells.length;
    for (const one of which) {
      const text = traces.sentences[one].replace(/\u0001/g, () => left.shift());
      if (text.startsWith("\u0002")) {
        cell.append(make("h3", text.slice(1)));
        continue;
      }
      const said = cell.appendChild(make("p", "", { "✓": "passed", "✗": "failed" }[text[0]]));
      const parts = text.split("`");
      if (parts.length % 2) parts.forEach((part, odd) => said.append(odd % 2 ? make("code", part) : part));
      else said.append(text);
    }
    return row;
  };
  const open = (row, button, place) => {
    const shown = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!shown));
    if (!below.has(row)) below.set(row, trace(place));
    if (shown) below.get(row).remove();
    else row.after(below.get(row));
  };
  rows.forEach((row, place) => {
    const button = make("button", "", "open");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", `trace-${place}`);
    const name = row.cells[0].querySelector("bdi");
    name.replaceWith(button);
    button.append(name);
    button.addEventListener("click", () => open(row, button, place));
  });

  // Sorting, by what each cell stands for.
  const cents = (row) => Math.round(100 * Number(row.cells[3].textContent.replace(/[$,]/g, "")));
  const project = (row) => row.cells[0].querySelector("small span").textContent;
  const keys = [
    (row) => row.cells[0].textContent.trim().toLowerCase(),
    (row) => row.cells[1].textContent.trim().toLowerCase(),
    (row) => row.cells[2].querySelector("time").dateTime,
    cents,
    (row) => row.cells[4].textContent.trim().toLowerCase(),
  ];
  const put = (ordered) => {
    for (const row of ordered) {
      body.append(row);
      const opened = below.get(row);
      if (opened && row.querySelector("[aria-expanded=true]")) body.append(opened);
    }
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = make("button", head.textContent, "sort");
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = keys[column];
      const compared = (one, other) => {
        const [a, b] = [key(one), key(other)];
        return a < b ? -1 : a > b ? 1 : 0;
      };
      put([...rows].sort((one, other) => (down ? -compared(one, other) : compared(one, other))));
    });
  });

  // Filtering, and what is left of the sum.
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const filter = () => {
    const wanted = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const use = form.elements.use.value;
    const whose = form.elements.project.value;
    let shown = 0;
    let sum = 0;
    for (const row of rows) {
      const fits =
        (!use || row.classList.contains(use)) &&
        (!whose || project(row) === whose) &&
        wanted.every((word) => words.get(row).includes(word));
      row.hidden = !fits;
      if (below.has(row)) below.get(row).hidden = !fits;
      if (fits) {
        shown += 1;
        sum += cents(row);
      }
    }
    count.textContent = `${shown.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} shown, ${money.format(sum / 100)} a month`;
  };
  for (const name of [...new Set(rows.map(project))].sort()) {
    const one = form.elements.project.appendChild(make("option", name));
    one.value = name;
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
