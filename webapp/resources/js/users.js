/* The page of users: lists, adds, changes and deletes them over the REST interface. */
(() => {
  "use strict";

  const {element, text, attempt} = medtune;
  const request = (method, path, body) => medtune.request(method, element("users").dataset.api + path, body);

  /** Changes something and shows the users as they are then; whether it could be done. */
  async function change(action) {
    element("done").hidden = true;
    const changed = await attempt(async () => {
      await action();
      await show();
    });
    element("done").hidden = !changed;
    return changed;
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
    part("save").addEventListener("click", () => {
      if (part("password").reportValidity()) {
        change(() => request("PUT", path, {roles: chosen(node), password: part("password").value || null}));
      }
    });
    part("delete").addEventListener("click", () => {
      if (confirm(text("delete.question", user.name))) {
        change(() => request("DELETE", path));
      }
    });
    return node;
  }

  async function show() {
    const users = await request("GET", "");
    element("list").replaceChildren(...users.map(row));
  }

  element("new-user").addEventListener("submit", async event => {
    event.preventDefault();
    const body = {name: element("name").value, password: element("password").value,
      roles: chosen(element("new-user"))};
    if (await change(() => request("POST", "", body))) {
      element("new-user").reset();
    }
  });

  attempt(show);
})();
