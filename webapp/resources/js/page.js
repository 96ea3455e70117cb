/* What scripts of pages have in common: texts, numbers, requests. */
const medtune = (() => {
  "use strict";

  const language = document.documentElement.lang;
  const texts = new Map([...document.getElementById("texts").content.querySelectorAll("[data-key]")]
      .map(text => [text.dataset.key, text.textContent]));

  /** A text in the page's language, with values in the places of {0}, {1} and so on. */
  const text = (key, ...values) => values.reduce(
      (result, value, i) => result.replaceAll(`{${i}}`, value), texts.get(key));

  const number = (value, digits = 0) => value.toLocaleString(language, {maximumFractionDigits: digits});

  const size = bytes => bytes >= 1 << 30 ? `${number(bytes / (1 << 30), 1)} GiB`
      : bytes >= 1 << 20 ? `${number(bytes / (1 << 20), 1)} MiB` : `${number(bytes / 1024)} KiB`;

  /** Such as 1:05:09 or 0:42. */
  function duration(seconds) {
    const two = value => String(value).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    return minutes < 60 ? `${minutes}:${two(seconds % 60)}`
        : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
  }

  /** The answer's JSON; an Error with a sentence and the status where it is none that was hoped for. */
  async function request(method, address, body) {
    let response;
    try {
      response = await fetch(address, {
        method,
        headers: method === "GET" ? {} : {"Content-Type": "application/json"},
        body: body === undefined ? undefined : JSON.stringify(body)
      });
    } catch {
      throw new Error(text("offline"));
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok) {
      throw Object.assign(new Error(answer?.detail ?? text("offline")), {status: response.status});
    }
    return answer;
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

  return {language, text, number, size, duration, request, style, axis, values, short};
})();
