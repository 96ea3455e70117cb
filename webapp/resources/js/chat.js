/* The chat page: asks over the REST interface, shows answers as server-sent events tell of them. */
(() => {
  "use strict";

  const {element, text, request} = medtune;
  const root = element("chat");
  const api = root.dataset.api;

  const PAGE = 50;
  const STATUS_PERIOD = 5000;
  const SEARCH_DELAY = 250;
  const MODEL_KEY = "medtune-model";
  const COMPARE_KEY = "medtune-compare";

  let models = [];
  let conversation = null;
  let shown = 0;
  /** Open streams by message id. */
  const streams = new Map();

  // ---- the server ----

  async function send(method, path, body) {
    try {
      return await request(method, api + path, body);
    } catch (error) {
      if (error.status === 401) {
        // the login has ended; the page leads to the next one
        location.reload();
      }
      throw error;
    }
  }

  /** Does something, and shows the sentence if it cannot be done. */
  async function attempt(action) {
    element("error").hidden = true;
    try {
      await action();
      return true;
    } catch (error) {
      element("error").textContent = error.message;
      element("error").hidden = false;
      return false;
    }
  }

  // ---- models and status ----

  function modelName(id) {
    const checkpoint = /^(\d+):(\d+)$/.exec(id);
    if (id === "base") {
      return text("model.base");
    }
    return checkpoint ? text("model.checkpoint", checkpoint[1], checkpoint[2]) : id;
  }

  function showModels(newModels) {
    if (JSON.stringify(newModels) === JSON.stringify(models)) {
      return;
    }
    models = newModels;
    const select = element("model");
    const wanted = select.value || localStorage.getItem(MODEL_KEY)
        || models.find(model => model.kind === "adapter")?.id;
    select.replaceChildren(...models.map(model => new Option(modelName(model.id), model.id)));
    select.value = models.some(model => model.id === wanted) ? wanted : models[0]?.id;
    showChoice();
  }

  /** What depends on the chosen model. */
  function showChoice() {
    showCompare();
    const report = models.find(model => model.id === element("model").value)?.evaluation;
    const link = element("evaluation");
    link.hidden = !report;
    if (report) {
      link.href = `${api}${report}${link.dataset.file}`;
    }
  }

  function showCompare() {
    const base = models.find(model => model.kind === "base")?.id;
    element("compare").disabled = !base || element("model").value === base;
  }

  function chosenModels() {
    const chosen = element("model").value;
    const base = models.find(model => model.kind === "base")?.id;
    return element("compare").checked && !element("compare").disabled ? [base, chosen] : [chosen];
  }

  async function watchStatus() {
    try {
      const status = await send("GET", "status");
      const training = status.runs[0];
      element("training").hidden = !training;
      const sentence = training ? text("training", training.run, training.percent) : "";
      // a status region is read out at every change
      if (element("training").textContent !== sentence) {
        element("training").textContent = sentence;
      }
      showModels(await send("GET", "models"));
    } catch {
      // the next round tries again, and what the user does tells why it cannot be done
    }
    setTimeout(watchStatus, STATUS_PERIOD);
  }

  // ---- the list ----

  async function showList(more) {
    const offset = more ? shown : 0;
    const search = element("search").value;
    const page = await send("GET",
        `conversations?offset=${offset}&limit=${PAGE}&search=${encodeURIComponent(search)}`);
    const items = page.conversations.map(one => {
      const link = document.createElement("a");
      link.href = "#" + one.id;
      link.textContent = one.title;
      const item = document.createElement("li");
      item.append(link);
      return item;
    });
    const list = element("conversations");
    list.replaceChildren(...(more ? list.children : []), ...items);
    shown = offset + items.length;
    element("more").hidden = items.length < PAGE;
    element("list-empty").hidden = shown > 0;
    markCurrent();
  }

  function markCurrent() {
    for (const link of element("conversations").querySelectorAll("a")) {
      if (link.hash === "#" + conversation?.id) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }

  function toggleList(open) {
    element("list-panel").classList.toggle("mt-open", open);
    element("list-toggle").setAttribute("aria-expanded", String(open));
  }

  // ---- the conversation ----

  function parts(template) {
    const node = element(template).content.firstElementChild.cloneNode(true);
    const part = {};
    for (const one of node.querySelectorAll("[data-part]")) {
      part[one.dataset.part] = one;
    }
    return [node, part];
  }

  function closeStreams() {
    streams.forEach(stream => stream.close());
    streams.clear();
    updateBusy();
  }

  function updateBusy() {
    const busy = streams.size > 0;
    element("ask").disabled = busy;
    for (const button of element("messages").querySelectorAll(
        "[data-part=edit], [data-part=regenerate]")) {
      button.disabled = busy;
    }
  }

  async function load(id) {
    const loaded = await send("GET", "conversations/" + encodeURIComponent(id));
    show(loaded);
  }

  function show(newConversation) {
    closeStreams();
    conversation = newConversation;
    const title = conversation?.title ?? text("new");
    element("conversation-title").textContent = title;
    document.title = title + " · medtune";
    element("conversation-tools").hidden = !conversation;
    element("welcome").hidden = Boolean(conversation);
    if (conversation) {
      const exported = `${api}conversations/${conversation.id}/export?format=`;
      element("export-markdown").href = exported + "markdown";
      element("export-json").href = exported + "json";
    }
    const turns = new Map();
    for (const message of conversation?.messages ?? []) {
      if (message.role === "user") {
        turns.set(message.turn, question(message));
      } else {
        turns.get(message.turn)?.answers.append(answer(message));
      }
    }
    element("messages").replaceChildren(...[...turns.values()].map(turn => turn.node));
    for (const turn of turns.values()) {
      turn.answers.classList.toggle("mt-compared", turn.answers.children.length > 1);
    }
    updateBusy();
    markCurrent();
  }

  function question(message) {
    const [node, part] = parts("turn-template");
    const form = part["edit-form"];
    const field = form.querySelector("textarea");
    part.text.textContent = message.content;
    const edit = editing => {
      form.hidden = !editing;
      part.text.hidden = editing;
      part.edit.hidden = editing;
      if (editing) {
        field.value = message.content;
        field.focus();
      } else {
        part.edit.focus();
      }
    };
    part.edit.addEventListener("click", () => edit(true));
    part["edit-cancel"].addEventListener("click", () => edit(false));
    form.addEventListener("keydown", event => {
      if (event.key === "Escape") {
        edit(false);
      }
    });
    form.addEventListener("submit", event => {
      event.preventDefault();
      const id = conversation.id;
      attempt(async () => {
        await send("POST", `messages/${message.id}/edit`, {question: field.value, models: chosenModels()});
        await reload(id);
      });
    });
    return {node, answers: part.answers};
  }

  function answer(message) {
    const [node, part] = parts("answer-template");
    const name = modelName(message.model);
    let content = message.content;
    part.model.textContent = name;
    part.content.innerHTML = message.html;
    part["reasoning-text"].textContent = message.reasoning;
    part.reasoning.hidden = !message.reasoning;
    showFeedback(message.feedback);
    settle(message.state, message.failure, message.droppedTurns);

    function settle(state, failure, droppedTurns) {
      const writing = state === "writing";
      node.setAttribute("aria-busy", String(writing));
      part.stop.hidden = !writing;
      for (const name of ["copy", "regenerate", "up", "down"]) {
        part[name].hidden = writing;
      }
      part["reasoning-label"].textContent = text("reasoning");
      // an answer that never came to its end is all reasoning
      part.reasoning.open ||= !writing && !content.trim();
      part.state.classList.toggle("mt-bad", state === "failed");
      tell(part.state, writing || state === "complete" ? "" : failure ?? text("state." + state));
      tell(part.dropped, droppedTurns > 0 ? text("dropped", droppedTurns) : "");
    }

    function tell(paragraph, sentence) {
      paragraph.textContent = sentence;
      paragraph.hidden = !sentence;
    }

    function showFeedback(feedback) {
      for (const rating of ["up", "down"]) {
        part[rating].setAttribute("aria-pressed", String(feedback?.rating === rating));
      }
      part["comment-form"].hidden = !feedback;
      part["comment-form"].querySelector("textarea").value = feedback?.comment ?? "";
    }

    function news(event) {
      const atEnd = isAtEnd();
      const data = JSON.parse(event.data);
      content += data.content;
      part["reasoning-text"].append(data.reasoning);
      part.reasoning.hidden = !part["reasoning-text"].textContent;
      part["reasoning-label"].textContent = text(content ? "reasoning" : "reasoning.now");
      part.content.innerHTML = data.html;
      tell(part.state, data.phase === "queued" ? text("state.queued", data.queuePosition) : text("state.running"));
      if (atEnd) {
        scrollToEnd();
      }
      return data;
    }

    if (message.answer) {
      const stream = new EventSource(`${api}answers/${encodeURIComponent(message.answer)}/events`);
      streams.set(message.id, stream);
      const id = conversation.id;
      tell(part.state, text("state.running"));
      stream.addEventListener("news", news);
      stream.addEventListener("end", event => {
        stream.close();
        streams.delete(message.id);
        const data = news(event);
        settle(data.phase === "stopped_itself" ? "complete" : data.phase, data.failure, data.droppedTurns);
        updateBusy();
        element("announcement").textContent = text("done", name) + " " + part.content.textContent;
      });
      stream.addEventListener("error", () => {
        if (stream.readyState === EventSource.CLOSED) {
          // the answer ended while nobody looked; it is in the conversation
          setTimeout(() => conversation?.id === id && attempt(() => load(id)), 1000);
        } else {
          tell(part.state, text("state.reconnecting"));
        }
      });
    }

    part.stop.addEventListener("click", () => attempt(() => send("POST", `messages/${message.id}/stop`)));
    part.copy.addEventListener("click", async () => {
      await copy(content.trim() ? content : part["reasoning-text"].textContent);
      part.copy.textContent = text("copied");
      element("announcement").textContent = text("copied");
    });
    part.regenerate.addEventListener("click", () => {
      const id = conversation.id;
      attempt(async () => {
        await send("POST", `messages/${message.id}/regenerate`, {});
        await reload(id);
      });
    });
    let feedback = message.feedback;
    const rate = newFeedback => attempt(async () => {
      await send(newFeedback ? "PUT" : "DELETE", `messages/${message.id}/feedback`, newFeedback);
      feedback = newFeedback;
      showFeedback(feedback);
      part.saved.textContent = feedback ? text("comment.saved") : "";
    });
    const comment = part["comment-form"].querySelector("textarea");
    for (const rating of ["up", "down"]) {
      part[rating].addEventListener("click", () =>
        rate(feedback?.rating === rating ? null : {rating, comment: comment.value}));
    }
    part["comment-form"].addEventListener("submit", event => {
      event.preventDefault();
      rate({rating: feedback.rating, comment: comment.value});
    });
    return node;
  }

  async function copy(content) {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(content);
      return;
    }
    // browsers give the clipboard to pages on https and localhost only
    const field = document.createElement("textarea");
    field.value = content;
    field.className = "mt-hidden";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  function isAtEnd() {
    return innerHeight + scrollY >= document.documentElement.scrollHeight - 80;
  }

  function scrollToEnd() {
    scrollTo(0, document.documentElement.scrollHeight);
  }

  async function reload(id) {
    await load(id);
    await showList(false);
    scrollToEnd();
  }

  async function ask() {
    const field = element("question");
    const body = {question: field.value, models: chosenModels()};
    if (!body.question.trim() || element("ask").disabled) {
      return;
    }
    element("ask").disabled = true;
    const done = await attempt(async () => {
      const asked = conversation
        ? await send("POST", `conversations/${conversation.id}/messages`, body)
        : await send("POST", "conversations", body);
      field.value = "";
      grow();
      history.replaceState(null, "", "#" + asked.id);
      show(asked);
      scrollToEnd();
    });
    if (done) {
      attempt(() => showList(false));
    } else {
      updateBusy();
    }
  }

  function grow() {
    const field = element("question");
    field.style.height = "auto";
    field.style.height = Math.min(field.scrollHeight + 2, innerHeight / 3) + "px";
  }

  async function followAddress(focus) {
    const id = location.hash.slice(1);
    toggleList(false);
    if (!id) {
      show(null);
      element("question").focus();
    } else if (!await attempt(() => load(id))) {
      history.replaceState(null, "", location.pathname);
      show(null);
    } else if (focus) {
      element("conversation-title").focus();
      scrollToEnd();
    }
  }

  // ---- what the user does ----

  element("composer").addEventListener("submit", event => {
    event.preventDefault();
    ask();
  });
  element("question").addEventListener("keydown", event => {
    // while an input method is at work, Enter chooses a character
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      ask();
    }
  });
  element("question").addEventListener("input", grow);
  element("example").addEventListener("click", () => {
    element("question").value = element("example").textContent.trim();
    grow();
    element("question").focus();
  });
  element("model").addEventListener("change", () => {
    localStorage.setItem(MODEL_KEY, element("model").value);
    showChoice();
  });
  element("compare").checked = localStorage.getItem(COMPARE_KEY) === "true";
  element("compare").addEventListener("change", () =>
    localStorage.setItem(COMPARE_KEY, String(element("compare").checked)));
  element("list-toggle").addEventListener("click", () =>
    toggleList(element("list-toggle").getAttribute("aria-expanded") !== "true"));
  element("new").addEventListener("click", () => {
    history.pushState(null, "", location.pathname);
    followAddress(false);
  });
  element("more").addEventListener("click", () => attempt(() => showList(true)));
  let searching;
  element("search").addEventListener("input", () => {
    clearTimeout(searching);
    searching = setTimeout(() => attempt(() => showList(false)), SEARCH_DELAY);
  });
  element("rename").addEventListener("click", () => {
    element("rename-title").value = conversation.title;
    element("rename-dialog").returnValue = "";
    element("rename-dialog").showModal();
    element("rename-title").select();
  });
  element("rename-dialog").addEventListener("close", () => {
    if (element("rename-dialog").returnValue === "save") {
      attempt(async () => {
        const renamed = await send("PUT", `conversations/${conversation.id}/title`,
          {title: element("rename-title").value});
        conversation.title = renamed.title;
        element("conversation-title").textContent = renamed.title;
        document.title = renamed.title + " · medtune";
        await showList(false);
      });
    }
  });
  element("delete").addEventListener("click", () => {
    element("delete-dialog").returnValue = "";
    element("delete-dialog").showModal();
  });
  element("delete-dialog").addEventListener("close", () => {
    if (element("delete-dialog").returnValue === "delete") {
      attempt(async () => {
        await send("DELETE", "conversations/" + conversation.id);
        history.replaceState(null, "", location.pathname);
        await followAddress(false);
        await showList(false);
      });
    }
  });
  document.querySelector(".mt-language").addEventListener("click", event => {
    event.currentTarget.hash = location.hash;
  });
  addEventListener("hashchange", () => followAddress(true));
  addEventListener("popstate", () => {
    if (!location.hash && conversation) {
      followAddress(false);
    }
  });

  attempt(async () => {
    // makes this browser known; everything else needs that
    showModels((await send("POST", "session")).models);
    await showList(false);
    await followAddress(false);
    watchStatus();
  });
})();
