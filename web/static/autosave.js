// The draft of an answer is kept while it is written: some seconds after the last change, and when the page
// is left. What cannot be kept (no line, the link has ended) stays in this browser for a day, a confidential
// activity's for an hour, and is offered again; so does what is being sent, until we have it (kept.js), and what
// a page that refused it has in its fields alone.
// Without scripts the button "Gem kladde" does the same.
(function () {
  "use strict";
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) return;
  var PAUSE = 4000, STAYS = Number(form.dataset.hours) * 3600 * 1000;
  var place = form.dataset.draft, told = document.getElementById("autosave");
  var offer = document.getElementById("offered");
  var timer = 0, going = null, changed = false, failed = false, stopped = false;

  function fields() {
    var data = new FormData(form);
    Array.from(data.entries()).forEach(function (entry) { if (entry[1] instanceof File) data.delete(entry[0]); });
    data.delete("words");
    return data;
  }
  function typed() {
    return Array.from(fields().entries()).filter(function (entry) {
      return !/^(once|edition|seen|shown)$|\.kept$|\.remove$/.test(entry[0]);
    });
  }
  function say(words) { if (told.textContent !== words) told.textContent = words; }
  function remember() {
    try { localStorage.setItem(place, JSON.stringify({ at: Date.now(), until: Date.now() + STAYS, typed: typed() })); } catch (full) { return; }
  }
  function forget() {
    try { localStorage.removeItem(place); } catch (closed) { return; }
  }
  function recall() {
    try { return JSON.parse(localStorage.getItem(place)); } catch (closed) { return null; }
  }
  function take(answer) {
    ["edition", "seen", "shown"].forEach(function (name) { form.elements[name].value = answer[name]; });
    failed = false;
    if (answer.refused) remember();
    else if (!changed) forget();
    say(answer.said);
  }
  function lost() {
    changed = failed = true;
    remember();
    say(told.dataset.lost);
  }
  function save(leaving) {
    clearTimeout(timer);
    if (!changed || going || stopped) return;
    changed = false;
    going = fetch(place, { method: "POST", body: fields(), credentials: "same-origin", keepalive: leaving === true })
      .then(function (response) {
        var json = (response.headers.get("content-type") || "").indexOf("application/json") === 0;
        if (!json) return lost();
        return response.json().then(function (answer) {
          if (!answer.stop) return take(answer);
          stopped = true;
          say(answer.said);
        });
      })
      .catch(lost)
      .then(function () {
        going = null;
        if (changed && !failed && !stopped) timer = setTimeout(save, PAUSE);
      });
  }
  function touched() {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  }
  function put(entries) {
    var given = new Map(entries);
    Array.from(form.elements).forEach(function (field) {
      if (!field.name || field.type === "hidden" || field.type === "file" || field.type === "submit") return;
      if (field.type === "radio" || field.type === "checkbox") field.checked = given.get(field.name) === field.value;
      else if (given.has(field.name)) field.value = given.get(field.name);
    });
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("visibilitychange", function () { if (document.hidden && !failed) save(true); });
  window.addEventListener("online", save);
  // What is being kept comes first, else the answer would be refused as older than its own draft.
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    if (!going) {
      stopped = true;
      remember();
      return;
    }
    event.preventDefault();
    stopped = true;
    going.then(function () { form.requestSubmit(event.submitter); });
  });
  window.addEventListener("pageshow", function () { stopped = false; });

  if (form.dataset.unkept) {
    remember();
    if (form.dataset.unkept === "save") touched();
    return;
  }
  var kept = recall();
  if (!kept) return;
  if (form.hasAttribute("data-back") || JSON.stringify(kept.typed) === JSON.stringify(typed())) {
    forget();
    return;
  }
  offer.hidden = false;
  offer.querySelector("time").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
  offer.querySelector("[data-put]").addEventListener("click", function () {
    put(kept.typed);
    offer.hidden = true;
    touched();
    form.querySelector("textarea, input:not([type=hidden])").focus();
  });
  offer.querySelector("[data-forget]").addEventListener("click", function () {
    forget();
    offer.hidden = true;
  });
})();
