/* What scripts of pages have in common: texts, numbers, times, requests. */
const medtune = (() => {
  "use strict";

  const language = document.documentElement.lang;
  const element = id => document.getElementById(id);
  // what a page has of its own wins over what every page has
  const texts = new Map(["page-texts", "texts"].map(element).filter(template => template)
      .flatMap(template => [...template.content.querySelectorAll("[data-key]")])
      .map(text => [text.dataset.key, text.textContent]));

  /** A text in the page's language, with values in the places of {0}, {1} and so on. */
  const text = (key, ...values) => values.reduce(
      (result, value, i) => result.replaceAll(`{${i}}`, value), texts.get(key));

  const number = (value, digits = 0) => value.toLocaleString(language, {maximumFractionDigits: digits});

  const size = bytes => bytes >= 1 << 30 ? `${number(bytes / (1 << 30), 1)} GiB`
      : bytes >= 1 << 20 ? `${number(bytes / (1 << 20), 1)} MiB` : `${number(bytes / 1024)} KiB`;

  /** A moment in the reader's own time. */
  const time = moment => moment ? new Date(moment).toLocaleString(language) : "–";

  /** Such as 1:05:09 or 0:42. */
  function duration(seconds) {
    const two = value => String(value).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? `${minutes}:${two(seconds % 60)}`
        : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  }

  /** The JSON of a response's text; an Error with a sentence and the status where it is none that was hoped for. */
  function answer(status, body) {
    let json = null;
    try {
      json = body ? JSON.parse(body) : null;
    } catch {
      // an error page of something between here and the server
    }
    if (status < 200 || status > 299) {
      throw Object.assign(new Error(json?.detail ?? text("offline")), {status});
    }
    return json;
  }

  /** Sends an object, {} unless it is given, and resolves to an answer. */
  async function request(method, address, body = {}) {
    let response;
    try {
      response = await fetch(address, method === "GET" ? {} : {
        method,
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify(body)
      });
    } catch {
      throw new Error(text("offline"));
    }
    return answer(response.status, await response.text());
  }

  /** Does something, and shows the sentence if it cannot be done; whether it could. */
  async function attempt(action) {
    element("problem").hidden = true;
    try {
      await action();
      return true;
    } catch (error) {
      if (error.status === 401) {
        // the login has ended; the page leads to the next one
        location.reload();
      }
      element("problem").textContent = error.message;
      element("problem").hidden = false;
      return false;
    }
  }

  /** A custom property of the style sheet, such as a colour. */
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const WHOLE = Array.from({length: 10}, (_, power) => [1, 2, 5].map(digit => digit * 10 ** power)).flat();

  /** An axis of a chart in the page's colours; labelled ones lie below, and are of whole numbers. */
  function axis(label) {
    return {...label ? {incrs: WHOLE} : {}, stroke: style("--quiet"), grid: {stroke: style("--line"), width: 1},
      ticks: {stroke: style("--line"), width: 1}, label, labelSize: label ? 20 : 0, size: label ? 32 : 64};
  }

  /** The axis of values. */
  const values = () => ({...axis(""), values: (_, ticks) => ticks.map(value => value === 0 ? "0"
      : Math.abs(value) < 1e-3 ? value.toExponential(1) : number(value, 3))});

  const short = (value, digits) => value == null ? "–" : Number(value).toPrecision(digits);

  return {language, element, text, number, size, time, duration, answer, request, attempt, style, axis, values, short};
})();
