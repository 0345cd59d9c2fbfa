// What a script adds to pages that all work without it: suggestions while typing, a slider over the
// days of change, keys, and copying of permanent links. No state, no store, no other host.

const news = document.getElementById("kabar");
const say = (text) => { if (news) news.textContent = text; };

// ---- search as you type ----------------------------------------------------------------------

function suggestions(input) {
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "saran";
  list.role = "listbox";
  list.hidden = true;
  input.after(list);
  Object.assign(input, { role: "combobox", ariaAutoComplete: "list", ariaExpanded: "false" });
  input.setAttribute("aria-controls", list.id);
  let waiting, asked, at = -1;

  const close = () => {
    list.hidden = true;
    at = -1;
    input.ariaExpanded = "false";
    input.removeAttribute("aria-activedescendant");
  };
  const show = (found) => {
    list.replaceChildren(...found.map((one, i) => {
      const row = document.createElement("li"), link = document.createElement("a");
      row.role = "option";
      row.id = `saran-${i}`;
      link.href = one.address;
      link.tabIndex = -1;
      link.textContent = one.label;
      if (one.note) link.append(Object.assign(document.createElement("span"), { textContent: one.note }));
      row.append(link);
      return row;
    }));
    list.hidden = found.length === 0;
    at = -1;
    input.ariaExpanded = String(!list.hidden);
  };
  const ask = async () => {
    asked?.abort();
    const q = input.value.trim();
    if (q.length < 3) return close();
    asked = new AbortController();
    try {
      // Posted: a name or a number never stands in an address or a log.
      const answer = await fetch(input.dataset.suggest, {
        method: "POST", body: new URLSearchParams({ q }), signal: asked.signal,
      });
      if (answer.ok) show((await answer.json()).found ?? []);
    } catch (fault) {
      if (fault.name !== "AbortError") close();
    }
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 180); });
  input.addEventListener("keydown", (event) => {
    const rows = [...list.children];
    if (event.key === "Escape") close();
    if (event.key === "Enter" && at >= 0) { event.preventDefault(); rows[at].firstChild.click(); }
    if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
      rows.forEach((row, i) => { row.ariaSelected = String(i === at); });
      input.setAttribute("aria-activedescendant", rows[at].id);
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}

// ---- days in words: a browser writes a date field in its own language, not in the page's ---------

const order = { en: "en-GB" }[document.documentElement.lang] ?? document.documentElement.lang; // day first
const written = (day) => new Date(`${day}T00:00:00Z`).toLocaleDateString(
  order, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

function days(part) {
  part.querySelectorAll("input[type=date]").forEach((field) => {
    const label = field.labels[0];
    if (!label) return;
    const words = label.querySelector(".said") ?? label.appendChild(Object.assign(document.createElement("span"), { className: "said" }));
    const tell = () => { words.textContent = field.value ? ` ${written(field.value)}` : ""; };
    field.addEventListener("input", tell);
    tell();
  });
}

// ---- days of change: the slider, and going there without loading the whole page ----------------

let going;

async function go(address, keep) {
  going?.abort();
  going = new AbortController();
  let answer;
  try {
    answer = await fetch(address, { signal: going.signal, headers: { Accept: "text/html" } });
  } catch (fault) {
    if (fault.name !== "AbortError") location.assign(address);
    return;
  }
  if (!answer.ok || answer.redirected) return location.assign(address);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const sliding = document.activeElement?.closest?.(".slider");
  for (const what of ["main", ".timebar"]) {
    const fresh = next.querySelector(what), old = document.querySelector(what);
    if (!fresh || !old) return location.assign(address);
    old.replaceWith(fresh);
  }
  document.title = next.title;
  if (!keep) history.pushState({}, "", address);
  begin(document.querySelector(".timebar"));
  days(document.querySelector("main"));
  if (sliding) document.querySelector(".slider input")?.focus();
  say(`${news?.dataset.moved ?? ""} ${document.getElementById("tb-as-of")?.value ?? ""}`);
}

function slider(bar) {
  const days = (bar.dataset.days ?? "").split(" ").filter(Boolean);
  if (days.length < 2) return;
  const form = bar.querySelector("form"), field = bar.querySelector("[name=as_of]");
  const label = document.createElement("label"), range = document.createElement("input"), said = document.createElement("output");
  label.className = "slider";
  let at = days.findLastIndex((day) => day <= bar.dataset.asOf);
  at = Math.max(at, 0);
  Object.assign(range, { type: "range", min: "0", max: String(days.length - 1), step: "1", value: String(at) });
  range.ariaLabel = bar.querySelector("label[for=tb-as-of]").firstChild.textContent.trim();
  const tell = () => { range.ariaValueText = written(days[range.value]); said.textContent = `${written(days[range.value])} · ${Number(range.value) + 1}/${days.length}`; };
  tell();
  range.addEventListener("input", () => {
    tell();
    field.value = days[range.value];
    const wanted = new URL(form.action), put = new URLSearchParams(new FormData(form));
    for (const [key, value] of [...put]) if (!value) put.delete(key);
    wanted.search = put;
    go(wanted);
  });
  label.append(range, said);
  form.append(label);
}

function begin(bar) {
  if (!bar) return;
  days(bar);
  slider(bar);
  bar.querySelectorAll("a.step").forEach((link) => link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(link.href);
  }));
  // Empty fields say nothing; they stay out of the address.
  bar.querySelector("form").addEventListener("formdata", (event) => {
    for (const [key, value] of [...event.formData]) if (value === "") event.formData.delete(key);
  });
  bar.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
    if (!navigator.clipboard) return;
    event.preventDefault();
    await navigator.clipboard.writeText(event.target.href);
    say(news.dataset.copied);
    event.target.textContent = news.dataset.copied;
  });
}

// ---- what is tried: a slider beside each number, and its effect as it is moved --------------------

function live(form) {
  let asked, waiting;
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const put = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const place = document.getElementById(form.dataset.live);
    place.ariaBusy = "true";
    try {
      const answer = await fetch(`${form.action}?${put}`, { signal: asked.signal, headers: { Accept: "text/html" } });
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = next.getElementById(form.dataset.live);
      if (!fresh) return location.assign(answer.url);
      place.replaceWith(fresh);
      history.replaceState({}, "", answer.url);
    } catch (fault) {
      if (fault.name !== "AbortError") form.submit();
    }
  };
  form.querySelectorAll("input[data-most]").forEach((field) => {
    const range = document.createElement("input");
    Object.assign(range, { type: "range", min: "0", max: field.dataset.most, step: field.dataset.step, value: field.value });
    range.ariaLabel = field.labels[0].textContent.trim();
    field.after(range);
    range.addEventListener("input", () => { field.value = range.value; });
    field.addEventListener("input", () => { range.value = field.value; });
  });
  form.addEventListener("change", () => { clearTimeout(waiting); waiting = setTimeout(show, 120); });
}

// ---- keys ------------------------------------------------------------------------------------

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") { event.preventDefault(); document.getElementById("cari")?.focus(); }
  if (event.key === "?") document.getElementById("bantuan")?.showModal();
  if (event.key === "[") document.querySelector("a.step[rel=prev]")?.click();
  if (event.key === "]") document.querySelector("a.step[rel=next]")?.click();
}

document.querySelectorAll("input[data-suggest]").forEach(suggestions);
document.querySelectorAll("form[data-live]").forEach(live);
begin(document.querySelector(".timebar"));
days(document.querySelector("main"));
document.addEventListener("keydown", keys);
addEventListener("popstate", () => go(location.href, true));
document.querySelector(".error-summary")?.focus();
