/* The catalogue's page: sends a dataset, shows what it is, and how a model sees its rows. */
(() => {
  "use strict";

  const {element, text, number, answer} = medtune;
  const api = element("upload").dataset.api;
  const send = (method, path) => medtune.request(method, api + path);

  /** What is being looked at: its address, and whether it was sent just now. */
  let subject = null;

  /** Does something, and shows the sentence if it cannot be done. */
  async function attempt(action) {
    element("upload-error").hidden = true;
    try {
      await action();
    } catch (error) {
      element("upload-state").textContent = "";
      element("upload-error").textContent = error.message;
      element("upload-error").hidden = false;
    }
  }

  /** Sends a file; fetch does not tell how far it is. */
  function sendFile(file) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", api + "uploads?name=" + encodeURIComponent(file.name));
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", event => {
        element("sent").value = event.total ? event.loaded / event.total : 0;
      });
      request.upload.addEventListener("load", () => {
        element("upload-state").textContent = text("reading");
      });
      // also where no answer came, which has the status 0
      request.addEventListener("loadend", () => {
        try {
          resolve(answer(request.status, request.responseText));
        } catch (error) {
          reject(error);
        }
      });
      request.send(file);
    });
  }

  async function upload() {
    const file = element("file").files[0];
    if (!file) {
      throw new Error(text("no.file"));
    }
    element("send").disabled = true;
    element("sent").hidden = false;
    element("sent").value = 0;
    element("upload-state").textContent = text("sending");
    try {
      const sent = await sendFile(file);
      element("upload-state").textContent = "";
      await show({address: "uploads/" + sent.id, upload: true}, sent);
    } finally {
      element("send").disabled = false;
      element("sent").hidden = true;
    }
  }

  async function show(what, facts) {
    subject = what;
    element("row").value = 1;
    element("looked-at").hidden = false;
    element("looked-at-name").textContent = facts.name;
    for (const id of ["keep", "discard"]) {
      element(id).hidden = !what.upload;
    }
    showFacts(facts);
    showFieldChoice(facts);
    element("looked-at-name").focus();
    await preview();
  }

  function showFacts(facts) {
    element("looked-at-facts").textContent = [facts.format, facts.schema,
      facts.rows === undefined ? null : text("rows", number(facts.rows)),
      facts.rejected ? text("rejected", number(facts.rejected)) : null].filter(part => part).join(" · ");
    element("looked-at-problem").textContent = facts.problem ?? "";
    element("looked-at-problem").hidden = !facts.problem;
    const rejects = facts.rejects ?? [];
    element("rejects").replaceChildren(...rejects.map(reject => {
      const item = document.createElement("li");
      item.textContent = text("row", number(reject.row)) + " " + reject.reason;
      return item;
    }));
    element("rejects").hidden = rejects.length === 0;
  }

  /** Three choices of a column, where there are columns to choose from. */
  function showFieldChoice(facts) {
    const choice = element("field-choice");
    choice.replaceChildren();
    choice.hidden = facts.columns.length < 3;
    for (const field of ["question", "reasoning", "response"]) {
      const label = document.createElement("label");
      label.htmlFor = "field-" + field;
      label.textContent = text("field." + field);
      const select = document.createElement("select");
      select.id = "field-" + field;
      select.className = "mt-input";
      for (const column of facts.columns) {
        select.add(new Option(column, column, false, facts.fields?.[field] === column));
      }
      if (!facts.fields) {
        select.add(new Option("", "", true, true), 0);
      }
      select.addEventListener("change", () => attempt(fieldsChosen));
      choice.append(label, select);
    }
  }

  function query() {
    const query = new URLSearchParams({
      row: element("row").value,
      model: element("preview-model").value,
      template: element("preview-template").value
    });
    for (const field of ["question", "reasoning", "response"]) {
      const chosen = element("field-" + field)?.value;
      if (chosen) {
        query.set(field, chosen);
      }
    }
    return query;
  }

  async function fieldsChosen() {
    const chosen = ["question", "reasoning", "response"].map(field => element("field-" + field).value);
    if (chosen.every(name => name) && new Set(chosen).size === 3) {
      if (subject.upload) {
        showFacts(await send("GET", subject.address + "?" + query()));
      }
      await preview();
    }
  }

  async function preview() {
    const place = element("preview-text");
    place.hidden = true;
    element("preview-facts").textContent = "";
    const row = await send("GET", subject.address + "/preview?" + query());
    if (row.rejection) {
      element("preview-facts").textContent = row.rejection;
      return;
    }
    element("preview-facts").textContent =
        text("tokens", number(row.tokens)) + (row.truncated ? " " + text("cut") : "");
    place.replaceChildren(...row.pieces.map(part => {
      const piece = document.createElement("span");
      piece.textContent = part.text;
      piece.title = part.ids.join(" ");
      return piece;
    }));
    place.hidden = false;
  }

  function forget() {
    subject = null;
    element("looked-at").hidden = true;
    element("file").value = "";
  }

  async function keep() {
    const kept = await send("POST", subject.address + "/keep");
    forget();
    location.hash = "";
    sessionStorage.setItem("medtune-kept", text("kept", kept.name));
    location.reload();
  }

  async function discard() {
    await send("DELETE", subject.address);
    forget();
    element("upload-state").textContent = text("discarded");
  }

  const kept = sessionStorage.getItem("medtune-kept");
  if (kept) {
    sessionStorage.removeItem("medtune-kept");
    element("upload-state").textContent = kept;
  }
  element("send").addEventListener("click", () => attempt(upload));
  element("look").addEventListener("click", () => attempt(preview));
  element("keep").addEventListener("click", () => attempt(keep));
  element("discard").addEventListener("click", () => attempt(discard));
  document.addEventListener("click", event => {
    const button = event.target.closest?.("[data-preview]");
    if (button) {
      const address = "datasets/" + button.dataset.preview.split("/").map(encodeURIComponent).join("/");
      attempt(async () => show({address, upload: false}, await send("GET", address)));
    }
  });
  // before the component's own listener, which would delete at once
  document.addEventListener("click", event => {
    if (event.target.closest?.(".mt-delete") && !confirm(text("delete.question"))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
})();
