/* The page of users: lists, adds, changes and deletes them over the REST interface. */
(() => {
  "use strict";

  const element = id => document.getElementById(id);
  const root = element("users");
  const api = root.dataset.api;

  async function send(method, path, body) {
    const response = await fetch(api + path, {
      method,
      headers: method === "GET" ? {} : {"Content-Type": "application/json"},
      body: method === "GET" ? undefined : JSON.stringify(body ?? {})
    });
    if (response.status === 401) {
      location.reload();
    }
    const json = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
    if (!response.ok) {
      throw new Error(json?.detail ?? response.statusText);
    }
    return json;
  }

  async function attempt(action) {
    element("problem").hidden = true;
    element("done").hidden = true;
    try {
      await action();
      await show();
      return true;
    } catch (error) {
      element("problem").textContent = error.message;
      element("problem").hidden = false;
      return false;
    }
  }

  const chosen = node => [...node.querySelectorAll("input[type=checkbox]:checked")].map(box => box.value);

  function row(user) {
    const node = element("user").content.firstElementChild.cloneNode(true);
    const part = name => node.querySelector(`[data-part=${name}]`);
    part("name").textContent = user.name;
    for (const box of node.querySelectorAll("input[type=checkbox]")) {
      box.checked = user.roles.includes(box.value);
    }
    const path = "/" + encodeURIComponent(user.name);
    part("save").addEventListener("click", async () => {
      if (part("password").reportValidity() && await attempt(() =>
          send("PUT", path, {roles: chosen(node), password: part("password").value || null}))) {
        element("done").hidden = false;
      }
    });
    part("delete").addEventListener("click", () => {
      if (confirm(root.dataset.question.replace("{0}", user.name))) {
        attempt(() => send("DELETE", path));
      }
    });
    return node;
  }

  async function show() {
    const users = await send("GET", "");
    element("list").replaceChildren(...users.map(row));
  }

  element("new-user").addEventListener("submit", async event => {
    event.preventDefault();
    const body = {name: element("name").value, password: element("password").value,
      roles: chosen(element("new-user"))};
    if (await attempt(() => send("POST", "", body))) {
      element("new-user").reset();
      element("done").hidden = false;
    }
  });

  attempt(() => {});
})();
