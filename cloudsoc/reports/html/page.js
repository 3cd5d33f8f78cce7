"use strict";
(() => {
  const WINDOW = 100; // rows in the document at a time: 20,000 would take seconds to lay out
  const $ = (id) => document.getElementById(id);
  const form = $("filter"), list = $("list"), status = $("shown"), earlier = $("earlier"), later = $("later");
  let checks = {}, all = [], found = [], start = 0, printing = false, opened = [];

  // What nobody would see, or what would turn the text around, shows as an escape.
  const visible = (text) => String(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => (one === "\n" ? one : "\\u{" + one.codePointAt(0).toString(16) + "}"));

  // Text goes in as text only: nothing that an account holds is ever parsed as HTML.
  function make(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    for (const child of children) if (child !== undefined && child !== null) made.append(typeof child === "string" ? visible(child) : child);
    return made;
  }

  // Commands in double or single backticks become code.
  function prose(text) {
    const made = make("span", "");
    String(text).split(/``?([^`]+)``?/).forEach((part, at) => made.append(at % 2 ? make("code", "", part) : visible(part)));
    return made;
  }

  function pairs(rows) {
    const made = make("dl", "");
    for (const [name, value] of rows) if (value !== undefined && value !== "") made.append(make("dt", "", name), make("dd", "", value));
    return made;
  }

  function body(one) {
    const check = checks[one.check] || {};
    const causes = (one.causes || []).map((cause) =>
      make("li", "", make("code", "", cause.operation), ": " + cause.error + (cause.message ? ", " + cause.message : "") + " (" + [cause.region, cause.account].filter(Boolean).join(", ") + ")"));
    return pairs([
      ["Reason", one.reason],
      ["Waived", one.waiver ? "until " + one.waiver.expires + ", by " + one.waiver.approver + " (" + one.waiver.ticket + "): " + one.waiver.reason +
        "; owner: " + one.waiver.owner + (one.waiver.compensating_control ? "; instead: " + one.waiver.compensating_control : "") : undefined],
      ["Could not be read", causes.length ? make("ul", "names", ...causes) : undefined],
      ["Resource", make("code", "", one.arn || "")],
      ["Type", one.type],
      ["Account", one.account + (one.owner && one.owner !== one.account ? ", owned by " + one.owner : "")],
      ["Tags", one.tags && Object.keys(one.tags).length ? Object.entries(one.tags).map(([key, value]) => key + "=" + value).join(", ") : undefined],
      ["What to do", one.remedy ? prose(one.remedy) : undefined],
      ["Terraform", one.remedy && check.terraform ? prose(check.terraform) : undefined],
      ["Why it matters", check.why ? prose(check.why) : undefined],
      ["Evidence", one.evidence ? make("pre", "", JSON.stringify(one.evidence, null, printing ? undefined : 2)) : undefined],
      ["Criteria", (one.direct || []).join(", ") + (one.supporting ? " (supporting " + one.supporting.join(", ") + ")" : "")],
      ["Settings", (check.settings || []).join(", ")],
      ["References", (check.refs || []).join(", ")],
      ["Check", make("code", "", one.check + " " + (check.version || ""))],
      ["Observed", one.at],
      ["Finding", make("code", "", one.id)],
    ]);
  }

  function row(one) {
    const label = one.verdict === "failed" ? one.severity : one.verdict;
    const mark = one.verdict === "waived" ? "waived (" + one.severity + ")" : label.replace("_", " ");
    const summary = make("summary", "",
      make("span", "badge " + label, mark),
      make("span", "title", one.title),
      make("span", "name", (one.name || one.arn || "").slice(0, 120)),
      make("span", "place", one.region));
    const made = make("details", "finding", summary);
    const fill = () => { if (made.childElementCount === 1) made.append(body(one)); };
    made.addEventListener("toggle", fill, { once: true });
    if (printing) { made.open = true; fill(); }
    return make("li", "", made);
  }

  const service = (one) => one.check.split("-")[0];
  const text = (one) => (one.search ??= [one.check, one.title, one.arn, one.name, one.reason, one.region, one.account, one.type].join("\n").toLowerCase());

  function matching() {
    const want = Object.fromEntries(new FormData(form));
    const words = want.text.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter((one) =>
      (!want.verdict || one.verdict === want.verdict) &&
      (!want.severity || one.severity === want.severity) &&
      (!want.criterion || (one.direct || []).includes(want.criterion) || (one.supporting || []).includes(want.criterion)) &&
      (!want.service || service(one) === want.service) &&
      (!want.account || one.account === want.account) &&
      (!want.region || one.region === want.region) &&
      words.every((word) => text(one).includes(word)));
  }

  // On paper the form is not there: the line above the list says what was chosen.
  const chosen = () => {
    const words = [...new FormData(form)].filter(([, value]) => value).map(([name, value]) => name + ": " + visible(value));
    return words.length ? " (" + words.join(", ") + ")" : "";
  };

  function render() {
    const end = printing ? found.length : Math.min(start + WINDOW, found.length);
    const rows = document.createDocumentFragment();
    for (let at = printing ? 0 : start; at < end; at++) rows.append(row(found[at]));
    list.replaceChildren(rows);
    list.start = printing ? 1 : start + 1;
    earlier.disabled = start === 0;
    later.disabled = end >= found.length;
    status.textContent = found.length === 0
      ? "No finding of " + all.length.toLocaleString("en") + " matches."
      : (start + 1).toLocaleString("en") + " to " + end.toLocaleString("en") + " of " + found.length.toLocaleString("en") + " findings that match" + chosen() + ", of " + all.length.toLocaleString("en");
  }

  function filter() { found = matching(); start = 0; render(); }

  function move(by) {
    start = Math.max(0, Math.min(start + by, found.length - 1));
    render();
    $("findings").scrollIntoView();
    const first = list.querySelector("summary");
    if (first) first.focus({ preventScroll: true });
  }

  let waiting = 0;
  const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(filter); };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", soon);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of form.elements) if (field.name) field.value = "";
    filter();
  });
  earlier.addEventListener("click", () => move(-WINDOW));
  later.addEventListener("click", () => move(WINDOW));

  for (const button of document.querySelectorAll("button.only")) {
    button.addEventListener("click", () => {
      for (const field of form.elements) if (field.name) field.value = "";
      form.elements[button.dataset.filter].value = button.dataset.value;
      if (button.dataset.verdict) form.elements.verdict.value = button.dataset.verdict;
      filter();
      $("findings").scrollIntoView();
      form.elements[button.dataset.filter].focus({ preventScroll: true });
    });
  }

  // A link to a part that is folded opens it.
  const reveal = () => {
    const target = location.hash.length > 1 && $(decodeURIComponent(location.hash.slice(1)));
    if (target) { const folded = target.closest("details"); if (folded) { folded.open = true; target.scrollIntoView(); } }
  };
  addEventListener("hashchange", reveal);

  // On paper nothing can be opened: everything that matches is printed whole, and all the rest unfolded.
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")].filter((one) => !one.classList.contains("finding"));
    for (const one of opened) one.open = true;
    printing = true;
    render();
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    printing = false;
    render();
  });

  async function load() {
    const bytes = Uint8Array.from(atob($("data").textContent), (one) => one.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const data = await new Response(stream).json();
    checks = data.checks;
    all = data.findings;
    filter();
    reveal();
    document.documentElement.dataset.ready = "yes";
  }
  load().catch(() => { status.textContent = "This browser cannot show the list of findings: it is too old, or the file is damaged. The rest of the page is whole."; });
})();
