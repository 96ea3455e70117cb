/* The page of one run: its state and curves as server-sent events bring them, its dataset and its checkpoints. */
(() => {
  "use strict";

  const {element, text, number, size, time, duration, style, axis, values, short} = medtune;
  const api = element("run").dataset.api;
  const execution = new URLSearchParams(location.search).get("execution") ?? "";
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const steps = [];
  const curves = [
    {key: "loss", name: text("loss"), value: step => step.loss, digits: 4},
    {key: "learningRate", name: text("rate"), value: step => step.learningRate, digits: 3},
    {key: "gradientNorm", name: text("norm"), value: step => step.gradientNorm, digits: 4},
    {key: "tokensPerSecond", name: text("speed"), value: step => step.tokensPerSecond, digits: 5}
  ];
  let lengths = [];
  let charts = [];
  let drawing = false;
  let active = true;
  let checkpoints = [];
  let parameters = {};

  /** A request to the execution's resource or one below it. */
  const request = (method, path, body) => medtune.request(method, api + execution + path, body);

  function tell(sentence) {
    element("run-error").textContent = sentence;
    element("run-error").hidden = false;
  }

  // ---- state ----

  function showState(job) {
    const progress = job.progress;
    active = ["STARTING", "STARTED", "STOPPING"].includes(job.status);
    element("run-number").textContent = job.instanceId;
    element("run-status").className = "mt-status mt-status-" + job.status;
    element("run-status").textContent = text("status." + job.status);
    element("run-phase").textContent = active && progress ? text("phase." + progress.phase) : "";
    element("run-progress").value = progress?.total ? 100 * progress.done / progress.total : 0;
    element("run-steps").textContent = progress?.step
        ? `${number(progress.step.step)} / ${number(progress.step.totalSteps)}` : "";
    element("run-left").textContent = active && progress?.phase === "TRAIN" && progress.step
        ? duration(progress.step.secondsLeft) : "";
    element("run-queue").hidden = !job.queue;
    element("run-queue").textContent = job.queue
        ? text("queue", number(job.queue.position), job.queue.devices.join(", "), job.queue.behind.join(", ")) : "";
    element("run-sentence").textContent = job.exitStatus;
    element("run-sentence").hidden = !job.exitStatus || job.exitStatus === job.status;
    element("run-stop").hidden = !job.stoppable;
    element("run-restart").hidden = !job.restartable;
    element("run-restart-with").hidden = !job.restartable;
    element("run-delete").hidden = active;
    offerPublishing();
    element("run-report").hidden = job.status !== "COMPLETED";
    element("run-report").href = job.links.report;
    element("run-evaluation").hidden = job.status !== "COMPLETED";
    element("run-evaluation").href = job.links.self + element("run-evaluation").dataset.file;
    parameters = job.parameters;
    showParameters(Object.entries(parameters));
  }

  /** What has been kept can be published, once nothing works on it any more. */
  function offerPublishing() {
    element("run-publish").hidden = active || checkpoints.length === 0;
  }

  function showParameters(parameters) {
    element("run-parameters-none").hidden = parameters.length > 0;
    element("run-parameters").replaceChildren(...parameters.map(([name, value]) => {
      const entry = document.createElement("div");
      const term = document.createElement("dt");
      const code = document.createElement("code");
      const description = document.createElement("dd");
      code.textContent = name;
      description.textContent = value;
      term.append(code);
      entry.append(term, description);
      return entry;
    }));
  }

  /** How often the run was begun, and how each time has ended. */
  async function showExecutions() {
    const {executions} = await request("GET", "/executions");
    element("run-executions").tBodies[0].replaceChildren(...executions.map(one => {
      const row = document.createElement("tr");
      const link = document.createElement("a");
      link.href = "?execution=" + one.executionId;
      link.textContent = one.executionId;
      row.insertCell().append(link);
      [text("status." + one.status), time(one.created), time(one.ended),
        one.exitStatus === one.status ? "" : one.exitStatus ?? ""].forEach(value => {
        row.insertCell().textContent = value;
      });
      return row;
    }));
  }

  // ---- curves ----

  function chart(place, name, axisName, series, data, range) {
    return new uPlot({
      title: name,
      width: Math.max(200, place.clientWidth),
      height: 220,
      scales: {x: {time: false, range}},
      axes: [axis(axisName), values()],
      series: [{label: axisName}, {label: name, stroke: style("--accent"), ...series}]
    }, data, place);
  }

  function data(curve) {
    // a skipped step's gradient norm is no number, and has no point
    return [steps.map(step => step.step), steps.map(step => {
      const value = Number(curve.value(step));
      return Number.isFinite(value) ? value : null;
    })];
  }

  function place(parent) {
    const place = document.createElement("div");
    place.className = "mt-curve";
    parent.append(place);
    return place;
  }

  /** Draws everything anew, in the colours and the width that there are now. */
  function draw() {
    charts.forEach(drawn => drawn.plot.destroy());
    element("run-curves").replaceChildren();
    element("run-lengths").replaceChildren();
    // all places first, since their number decides how wide they are
    charts = curves.map(curve => ({curve, where: place(element("run-curves"))})).map(({curve, where}) => {
      where.dataset.curve = curve.key;
      const series = {width: 2, value: (_, value) => short(value, curve.digits)};
      return {curve, where, plot: chart(where, curve.name, text("step"), series, data(curve))};
    });
    if (lengths.length > 0) {
      const where = place(element("run-lengths"));
      const series = {fill: style("--accent"), paths: uPlot.paths.bars({size: [0.9, 60]}), points: {show: false}};
      const plot = chart(where, text("rows"), text("tokens"), series,
          [lengths.map(range => (range.from + range.to) / 2), lengths.map(range => range.rows)],
          () => [lengths[0].from - 1, lengths[lengths.length - 1].to + 1]);
      charts.push({where, plot});
    }
    countPoints();
  }

  function countPoints() {
    element("run-curves").hidden = steps.length === 0;
    element("run-curves-none").hidden = steps.length > 0;
    element("run-curves").dataset.points = steps.length;
  }

  /** Many steps that come together are drawn together. */
  function drawSoon() {
    if (!drawing) {
      drawing = true;
      requestAnimationFrame(() => {
        drawing = false;
        charts.filter(drawn => drawn.curve).forEach(drawn => drawn.plot.setData(data(drawn.curve)));
        countPoints();
      });
    }
  }

  function resize() {
    charts.forEach(drawn => drawn.plot.setSize({width: Math.max(200, drawn.where.clientWidth), height: 220}));
  }

  // ---- dataset and checkpoints ----

  async function unlessMissing(path) {
    try {
      return await request("GET", path);
    } catch (error) {
      if (error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  async function showDataset() {
    const figures = await unlessMissing("/dataset");
    if (figures === null) {
      return false;
    }
    document.querySelectorAll("[data-figure]").forEach(place => {
      place.textContent = number(figures[place.dataset.figure]);
    });
    const sentences = figures.rejects.map(reject =>
        `${reject.reason} (${text("rejected.rows", number(reject.count), number(reject.rows[0]))})`);
    element("run-rejects").replaceChildren(
        ...(sentences.length ? sentences : [text("rejects.none")]).map(sentence => {
          const item = document.createElement("li");
          item.textContent = sentence;
          return item;
        }));
    element("run-dataset-none").hidden = true;
    element("run-dataset").hidden = false;
    lengths = figures.lengths;
    draw();
    return true;
  }

  async function showCheckpoints() {
    checkpoints = (await request("GET", "/checkpoints")).checkpoints;
    offerPublishing();
    element("run-checkpoints-none").hidden = checkpoints.length > 0;
    element("run-checkpoints").hidden = checkpoints.length === 0;
    element("run-checkpoints").tBodies[0].replaceChildren(...checkpoints.map(checkpoint => {
      const row = document.createElement("tr");
      [checkpoint.name, size(checkpoint.bytes), time(checkpoint.made)].forEach(value => {
        row.insertCell().textContent = value;
      });
      return row;
    }));
  }

  async function attempt(action) {
    try {
      return await action();
    } catch (error) {
      tell(error.message);
      return null;
    }
  }

  // ---- log ----

  const LOG_MILLISECONDS = 2000;
  let logAt = 0;
  let logReading = false;

  /** Appends what is new; a reader who has scrolled up stays there. */
  async function readLog() {
    const panel = element("run-log-lines");
    let page;
    do {
      page = await request("GET", "/log?after=" + logAt);
      const atEnd = panel.scrollTop + panel.clientHeight >= panel.scrollHeight - 4;
      panel.append(...page.lines.map(line => line + "\n"));
      logAt = page.next;
      if (atEnd) {
        panel.scrollTop = panel.scrollHeight;
      }
    } while (page.lines.length > 0 && page.next < page.end);
  }

  async function followLog() {
    if (logReading) {
      return;
    }
    logReading = true;
    try {
      let working = true;
      while (element("run-log").open && working) {
        // what is logged at the very end is read once more after it
        working = active;
        await readLog();
        await new Promise(done => setTimeout(done, LOG_MILLISECONDS));
      }
    } finally {
      logReading = false;
    }
  }

  element("run-log").addEventListener("toggle", () => {
    if (element("run-log").open) {
      attempt(followLog);
    }
  });

  // ---- life ----

  function listen() {
    const events = new EventSource(api + execution + "/events");
    // it connects again by itself, unless somebody has to log in again
    events.addEventListener("error", () => tell(text("offline")));
    events.addEventListener("open", () => {
      if (element("run-error").textContent === text("offline")) {
        element("run-error").hidden = true;
      }
    });
    let ready = false;
    let formatted = false;
    let checkpointsAt = 0;
    const refresh = async () => {
      formatted = formatted || ready && await attempt(showDataset) === true;
      await attempt(showCheckpoints);
    };
    events.addEventListener("state", event => {
      const job = JSON.parse(event.data);
      showState(job);
      ready = ["QUEUE", "TRAIN", "EVALUATE", "PUBLISH"].includes(job.progress?.phase);
      if (Date.now() - checkpointsAt > 5000) {
        checkpointsAt = Date.now();
        refresh();
      }
    });
    events.addEventListener("step", event => {
      const step = JSON.parse(event.data);
      // a browser that connects again may be told of steps that it has
      while (steps.length > 0 && steps[steps.length - 1].step >= step.step) {
        steps.pop();
      }
      steps.push(step);
      drawSoon();
    });
    events.addEventListener("end", () => {
      events.close();
      ready = true;
      refresh();
      attempt(showExecutions);
    });
  }

  element("run-stop").addEventListener("click", () => attempt(async () => {
    element("run-stop").hidden = true;
    await request("POST", "/stop");
  }));

  async function restart(changed) {
    const job = await request("POST", "/restart", changed);
    location.search = "?execution=" + job.executionId;
  }

  element("run-restart").addEventListener("click", () => attempt(() => restart({})));

  element("run-restart-with").addEventListener("click", () => attempt(async () => {
    const fields = [...element("restart-dialog").querySelectorAll("[name]")];
    const before = field => parameters[field.name] ?? field.dataset.default;
    fields.forEach(field => {
      field.value = before(field);
    });
    if (await choice(element("restart-dialog")) === "restart") {
      await restart(Object.fromEntries(fields.filter(field => field.value.trim() !== before(field))
          .map(field => [field.name, field.value.trim()])));
    }
  }));

  /** Shows a dialog; what is chosen in it, or an empty text. */
  function choice(dialog) {
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise(done => {
      dialog.addEventListener("close", () => done(dialog.returnValue), {once: true});
    });
  }

  element("run-publish").addEventListener("click", () => attempt(async () => {
    const newestFirst = [...checkpoints].reverse();
    element("publish-step").replaceChildren(
        ...newestFirst.map(checkpoint => new Option(checkpoint.name, checkpoint.step)));
    if (await choice(element("publish-dialog")) === "publish") {
      const name = element("publish-name").value.trim();
      const published = await request("POST", "/publish",
          {step: Number(element("publish-step").value), ...name === "" ? {} : {name}});
      element("run-done").textContent = text("published", published.name);
      element("run-done").hidden = false;
      element("run-error").hidden = true;
    }
  }));

  element("run-delete").addEventListener("click", () => attempt(async () => {
    if (await choice(element("delete-dialog")) === "delete") {
      await request("DELETE", "");
      location.assign(element("run").dataset.runs);
    }
  }));

  async function begin() {
    if (!/^\d+$/.test(execution)) {
      element("run").classList.add("mt-run-unknown");
      throw new Error(text("unknown"));
    }
    showState(await request("GET", ""));
    draw();
    attempt(showExecutions);
    dark.addEventListener("change", draw);
    new ResizeObserver(resize).observe(element("run-curves"));
    listen();
  }

  attempt(begin);
})();
