/* The page of the audit log: its latest entries, and the check of its chain, over the REST interface. */
(() => {
  "use strict";

  const element = id => document.getElementById(id);
  const root = element("audit");
  const PAGE = 50;
  let shown = 0;

  async function get(path) {
    const response = await fetch(root.dataset.api + path);
    if (response.status === 401) {
      location.reload();
    }
    const json = await response.json();
    if (!response.ok) {
      throw new Error(json.detail);
    }
    return json;
  }

  async function attempt(action) {
    element("problem").hidden = true;
    try {
      await action();
    } catch (error) {
      element("problem").textContent = error.message;
      element("problem").hidden = false;
    }
  }

  function row(entry) {
    const details = Object.entries(entry.details).map(([name, value]) => `${name}=${value}`).join(", ");
    const node = document.createElement("tr");
    for (const text of [entry.sequence, new Date(entry.time).toLocaleString(document.documentElement.lang),
      entry.actor, entry.action, entry.target, entry.outcome, details, entry.address]) {
      node.insertCell().textContent = text;
    }
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
      ? root.dataset.broken.replace("{0}", check.failure)
      : root.dataset.intact.replace("{0}", check.lines).replace("{1}", check.head);
    element("verdict").hidden = false;
  }));

  attempt(() => show(false));
})();
