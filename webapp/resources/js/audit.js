/* The page of the audit log: its latest entries, and the check of its chain, over the REST interface. */
(() => {
  "use strict";

  const {element, text, time, attempt} = medtune;
  const PAGE = 50;
  let shown = 0;

  const get = path => medtune.request("GET", element("audit").dataset.api + path);

  function row(entry) {
    const details = Object.entries(entry.details).map(([name, value]) => `${name}=${value}`).join(", ");
    const node = document.createElement("tr");
    const values = [entry.sequence, time(entry.time), entry.actor, entry.action, entry.target, entry.outcome, details,
      entry.address];
    values.forEach((value, i) => {
      const cell = node.insertCell();
      cell.textContent = value;
      cell.dataset.label = element("log").tHead.rows[0].cells[i].textContent;
    });
    return node;
  }

  async function show(more) {
    const offset = more ? shown : 0;
    const page = await get("?" + new URLSearchParams({offset, limit: PAGE, actor: element("actor").value.trim(),
      action: element("action").value.trim()}));
    const list = element("entries");
    list.replaceChildren(...(more ? list.children : []), ...page.entries.map(row));
    shown = offset + page.entries.length;
    element("more").hidden = page.entries.length < PAGE;
    element("none").hidden = shown > 0;
  }

  element("filter").addEventListener("submit", event => {
    event.preventDefault();
    attempt(() => show(false));
  });
  element("more").addEventListener("click", () => attempt(() => show(true)));
  element("check").addEventListener("click", () => attempt(async () => {
    const check = await get("/check");
    element("verdict").textContent = check.failure
      ? text("broken", check.failure) : text("intact", check.lines, check.head);
    element("verdict").className = `mt-break ${check.failure ? "mt-alert" : "mt-notice"}`;
    element("verdict").hidden = false;
  }));

  attempt(() => show(false));
})();
