/* The page of one's own account: password and tokens, over the REST interface. */
(() => {
  "use strict";

  const {element, text, time, attempt} = medtune;
  const request = (method, path, body) => medtune.request(method, element("account").dataset.api + path, body);

  async function showTokens() {
    const tokens = await request("GET", "/tokens");
    element("no-tokens").hidden = tokens.length > 0;
    element("tokens").hidden = tokens.length === 0;
    element("tokens").tBodies[0].replaceChildren(...tokens.map(token => {
      const row = element("token").content.firstElementChild.cloneNode(true);
      const part = name => row.querySelector(`[data-part=${name}]`);
      part("label").textContent = token.label;
      part("created").textContent = time(token.created);
      part("expires").textContent = time(token.expires);
      part("revoke").addEventListener("click", () => attempt(async () => {
        await request("DELETE", "/tokens/" + encodeURIComponent(token.id));
        await showTokens();
      }));
      return row;
    }));
  }

  element("token-form").addEventListener("submit", event => {
    event.preventDefault();
    attempt(async () => {
      const made = await request("POST", "/tokens",
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
      await request("PUT", "/password", {present: element("present").value, next: element("next").value});
      location.reload();
    });
  });

  attempt(async () => {
    const account = await request("GET", "");
    element("name").textContent = account.name;
    element("roles").textContent = account.roles.map(role => text("role." + role)).join(", ");
    await showTokens();
  });
})();
