/* Runs side by side: whichever are ticked are compared, and the address says which they are. */
(() => {
  "use strict";

  const {element, text, number, time, duration, request, style, axis, values, short} = medtune;
  const page = element("compare");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const RUNS_SHOWN = 50;
  const MOST = 10;
  const POINTS = 400;
  const HEIGHT = 320;
  const DIGITS = 4;
  const measures = [...element("texts").content.querySelectorAll("[data-measure]")]
      .map(measure => measure.dataset.measure);
  let comparison = null;
  let plot = null;
  let asked = 0;

  const boxes = () => [...element("compare-runs").querySelectorAll("input")];
  const ticked = () => boxes().filter(box => box.checked).map(box => box.value);

  function tell(sentence) {
    element("compare-error").textContent = sentence;
    element("compare-error").hidden = sentence === "";
  }

  // ---- choice ----

  function choiceOf(job, chosen) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    const status = document.createElement("span");
    box.type = "checkbox";
    box.value = job.executionId;
    box.checked = chosen.includes(String(job.executionId));
    status.className = "mt-quiet mt-small";
    status.textContent = `${text("status." + job.status)}, ${time(job.created)}`;
    label.append(box, ` ${text("run", job.instanceId)} `, status);
    return label;
  }

  async function showChoices() {
    const given = (new URLSearchParams(location.search).get("ids") ?? "").split(",").filter(id => id !== "");
    const {jobs} = await request("GET", `${page.dataset.api}?limit=${RUNS_SHOWN}`);
    // an address may name an earlier execution of a run, or a run that is far behind
    const others = given.filter(id => jobs.every(job => String(job.executionId) !== id));
    const shown = [...jobs];
    const chosen = [...given];
    for (const id of others) {
      const job = await request("GET", `${page.dataset.api}/${encodeURIComponent(id)}`);
      const latest = shown.find(other => other.instanceId === job.instanceId);
      if (latest) {
        chosen.push(String(latest.executionId));
      } else {
        shown.push(job);
      }
    }
    element("compare-none").hidden = shown.length > 0;
    element("compare-runs").replaceChildren(...shown.map(job => choiceOf(job, chosen)));
  }

  // ---- result ----

  /** Colours that differ in hue, and are as light as the page asks for. */
  const colour = (index, count) => `hsl(${Math.round(360 * index / count + 184) % 360} 65% ${dark.matches ? 65 : 38}%)`;

  function draw() {
    plot?.destroy();
    const runs = comparison.runs;
    const place = element("compare-curves");
    plot = new uPlot({
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      scales: {x: {time: false}},
      axes: [axis(text("step")), values()],
      series: [{label: text("step")}, ...runs.map((run, index) => ({
        label: text("run", run.instanceId), stroke: colour(index, runs.length), width: 2, spanGaps: true,
        value: (_, value) => short(value, DIGITS)
      }))]
    }, [comparison.curves.steps, ...comparison.curves.losses], place);
    place.dataset.series = runs.length;
    place.dataset.points = comparison.curves.steps.length;
  }

  function fill(table, rows) {
    const head = document.createElement("tr");
    head.append(document.createElement("td"), ...comparison.runs.map(run => {
      const cell = document.createElement("th");
      const link = document.createElement("a");
      cell.scope = "col";
      link.href = page.dataset.run + run.executionId;
      link.textContent = text("run", run.instanceId);
      cell.append(link);
      return cell;
    }));
    table.tHead.replaceChildren(head);
    table.tBodies[0].replaceChildren(...rows.map(([name, cells]) => {
      const row = document.createElement("tr");
      const title = document.createElement("th");
      title.scope = "row";
      title.textContent = name;
      row.append(title);
      cells.forEach(value => {
        row.insertCell().textContent = value;
      });
      return row;
    }));
  }

  const figure = (run, measure) => run.report?.figures?.find(found => found.measure === measure);

  /** What the fine-tuned model has, and by how much that differs from the base model's. */
  function figureText(found) {
    if (found === undefined || found.fineTuned == null) {
      return undefined;
    }
    const interval = found.interval == null ? ""
        : ` [${short(found.interval.low, 3)}, ${short(found.interval.high, 3)}]`;
    const sign = found.difference > 0 ? "+" : "";
    return `${short(found.fineTuned, DIGITS)} (${sign}${short(found.difference, 3)}${interval})`;
  }

  /** The rows of the evaluations' figures, as far as one of the runs has them. */
  const figures = runs => measures.filter(measure => runs.some(run => figure(run, measure) !== undefined))
      .map(measure => [text("measure." + measure), runs.map(run => figureText(figure(run, measure)) ?? "–")]);

  function show() {
    const runs = comparison.runs;
    const of = value => runs.map(run => value(run) ?? "–");
    element("compare-result").hidden = false;
    draw();
    fill(element("compare-results"), [
      [text("status"), of(run => text("status." + run.status))],
      [text("steps"), of(run => `${number(run.steps)} / ${number(run.totalSteps)}`)],
      [text("time"), of(run => duration(run.seconds))],
      [text("speed"), of(run => number(run.tokensPerSecond))],
      [text("first.loss"), of(run => short(run.firstLoss, DIGITS))],
      [text("last.loss"), of(run => short(run.lastLoss, DIGITS))],
      [text("nll.before"), of(run => short(run.report?.heldOutNll?.before, DIGITS))],
      [text("nll.after"), of(run => short(run.report?.heldOutNll?.after, DIGITS))],
      ...figures(runs),
      [text("adapter"), of(run => run.report?.adapter?.name)]
    ]);
    element("compare-same").hidden = comparison.parameters.length > 0;
    fill(element("compare-parameters"), comparison.parameters.map(({name, values}) => [name, values]));
  }

  async function compare() {
    const ids = ticked();
    const question = ++asked;
    boxes().filter(box => !box.checked).forEach(box => {
      box.disabled = ids.length >= MOST;
    });
    history.replaceState(null, "", "?ids=" + ids.join(","));
    tell("");
    if (ids.length < 2) {
      element("compare-result").hidden = true;
      return;
    }
    try {
      const answer = await request("GET", `${page.dataset.api}/compare?ids=${ids.join(",")}&points=${POINTS}`);
      if (question === asked) {
        comparison = answer;
        show();
      }
    } catch (error) {
      tell(error.message);
    }
  }

  async function begin() {
    await showChoices();
    element("compare-runs").addEventListener("change", compare);
    dark.addEventListener("change", () => comparison && draw());
    new ResizeObserver(() => plot?.setSize(
        {width: Math.max(200, element("compare-curves").clientWidth), height: HEIGHT}))
        .observe(element("compare-curves"));
    await compare();
  }

  begin().catch(error => tell(error.message));
})();
