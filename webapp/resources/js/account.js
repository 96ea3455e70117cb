/* The page of one's own account: password and tokens, over the REST interface. */
(() => {
  "use strict";

  const element = id => document.getElementById(id);
  const api = element("account").dataset.api;

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
    } catch (error) {
      element("problem").textContent = error.message;
      element("problem").hidden = false;
    }
  }

  const time = text => text ? new Date(text).toLocaleString(document.documentElement.lang) : "–";

  async function showTokens() {
    const tokens = await send("GET", "/tokens");
    element("no-tokens").hidden = tokens.length > 0;
    element("tokens").hidden = tokens.length === 0;
    element("tokens").tBodies[0].replaceChildren(...tokens.map(token => {
      const row = element("token").content.firstElementChild.cloneNode(true);
      const part = name => row.querySelector(`[data-part=${name}]`);
      part("label").textContent = token.label;
      part("created").textContent = time(token.created);
      part("expires").textContent = time(token.expires);
      part("revoke").addEventListener("click", () => attempt(async () => {
        await send("DELETE", "/tokens/" + encodeURIComponent(token.id));
        await showTokens();
      }));
      return row;
    }));
  }

  element("token-form").addEventListener("submit", event => {
    event.preventDefault();
    attempt(async () => {
      const made = await send("POST", "/tokens",
          {label: element("label").value, days: element("days").valueAsNumber});
      element("secret").textContent = made.secret;
      element("secret-line").hidden = false;
      element("label").value = "";
      await showTokens();
    });
  });

  element("password-form").addEventListener("submit", event => {
    event.preventDefault();
    attempt(async () => {
      await send("PUT", "/password", {present: element("present").value, next: element("next").value});
      location.reload();
    });
  });

  attempt(async () => {
    const account = await send("GET", "");
    element("name").textContent = account.name;
    element("roles").textContent = account.roles.join(", ");
    await showTokens();
  });
})();
