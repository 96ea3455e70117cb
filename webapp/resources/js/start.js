/* The form that starts a run: says, whenever something has been changed, what the run would take. */
(() => {
  "use strict";

  const {element, text, number, size, request} = medtune;
  const form = element("start");
  const fields = [...form.querySelectorAll("[data-default]")];
  const estimating = element("estimate-state").textContent;
  const QUIET_MILLISECONDS = 500;
  let asked = 0;
  let timer = 0;

  const changed = field => field.value.trim() !== field.dataset.default;

  /** What differs from the defaults. */
  function parameters() {
    return Object.fromEntries(fields.filter(changed).map(field => [field.name, field.value.trim()]));
  }

  const post = path => request("POST", form.dataset.api + path, parameters());

  function tell(sentence) {
    element("start-error").textContent = sentence;
    element("start-error").hidden = sentence === "";
    // a sentence names the parameters that have to change
    fields.forEach(field => {
      const meant = sentence.split(/[\s:;,'"]+/).includes(field.name);
      field.setAttribute("aria-invalid", String(meant));
      if (meant) {
        field.closest("details").open = true;
      }
    });
  }

  // ---- figures ----

  function duration(seconds) {
    if (seconds < 90) {
      return text("seconds", number(seconds));
    }
    return seconds < 5400 ? text("minutes", number(seconds / 60)) : text("hours", number(seconds / 3600, 1));
  }

  function memory(amount) {
    const sentence = text("memory", size(amount.expected), size(amount.most));
    return amount.free === undefined ? sentence : `${sentence}; ${text("memory.free", size(amount.free))}`;
  }

  const short = amount => amount?.free !== undefined && amount.expected > amount.free;

  function show(estimate) {
    const measured = estimate.speed === "MEASURED";
    element("estimate-time").textContent = (measured ? "≈ " : "≤ ") + duration(estimate.seconds);
    element("estimate-speed").textContent = text(measured ? "measured" : "floor", number(estimate.tokensPerSecond));
    element("estimate-device-memory").textContent = memory(estimate.deviceMemory);
    element("estimate-device").textContent =
        [...estimate.devices, estimate.precision, ...estimate.quantization === "none" ? [] : [estimate.quantization]]
            .join(" · ");
    element("estimate-host").hidden = !estimate.hostMemory;
    element("estimate-host-memory").textContent = estimate.hostMemory ? memory(estimate.hostMemory) : "";
    element("estimate-steps").textContent =
        `${number(estimate.steps)} × ${text("tokens", number(estimate.tokensPerStep))}`;
    element("estimate-rows").textContent = text("rows", number(estimate.rows), number(estimate.tokensPerRow));
    element("estimate-checkpoint").textContent = size(estimate.checkpointBytes);
    element("estimate-short").hidden = !short(estimate.deviceMemory) && !short(estimate.hostMemory);
    element("estimate-short").textContent = text("memory.short");
    element("estimate").hidden = false;
  }

  async function ask() {
    const number = ++asked;
    element("estimate-state").textContent = estimating;
    let estimate = null;
    let sentence = "";
    try {
      estimate = await post("/estimate");
    } catch (error) {
      sentence = error.message;
    }
    // an answer to what has been typed meanwhile is on its way
    if (number === asked) {
      element("estimate-state").textContent = "";
      tell(sentence);
      element("start-button").disabled = estimate === null;
      if (estimate === null) {
        element("estimate").hidden = true;
        element("estimate-short").hidden = true;
      } else {
        show(estimate);
      }
    }
  }

  function count() {
    form.querySelectorAll("details").forEach(group => {
      const fields = [...group.querySelectorAll("[data-default]")].filter(changed);
      fields.forEach(field => field.closest(".mt-start-field").classList.add("mt-changed"));
      group.querySelector("[data-changed]").textContent = fields.length ? text("changed", fields.length) : "";
    });
    fields.filter(field => !changed(field))
        .forEach(field => field.closest(".mt-start-field").classList.remove("mt-changed"));
  }

  form.addEventListener("input", () => {
    count();
    clearTimeout(timer);
    timer = setTimeout(ask, QUIET_MILLISECONDS);
  });

  form.addEventListener("submit", async event => {
    event.preventDefault();
    element("start-button").disabled = true;
    try {
      const job = await post("");
      location.assign(form.dataset.run + job.executionId);
    } catch (error) {
      tell(error.message);
      element("start-button").disabled = false;
    }
  });

  fields.forEach(field => {
    field.value = field.dataset.default;
  });
  form.querySelector("details").open = true;
  count();
  ask();
})();
