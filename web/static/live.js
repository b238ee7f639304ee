// Parts of a page that follow what happens. Without scripts the page says the same when it is loaded again.
// <div data-live-from="/address.json" hidden><button data-stop data-start>…</button><span role="status"></span></div>
// The address gives {"version", "said", "parts": {id: html}}; each part replaces the content of what has the id.
// Rows with ids are changed one by one, so that nobody who reads or tabs through a list is thrown out of it.
(function () {
  "use strict";
  var EVERY = 5000, LONGEST = 30 * 60 * 1000;
  var control = document.querySelector("[data-live-from]");
  if (!control || !window.fetch) return;
  var button = control.querySelector("button"), status = control.querySelector("[role=status]");
  var on = true, version = "", said = control.dataset.said, used = Date.now(), timer = 0;

  function name() { button.textContent = on ? button.dataset.stop : button.dataset.start; }
  function say(words) { if (status.textContent !== words) status.textContent = words; }

  function mergeRows(old, fresh) {
    var place = old.firstElementChild;
    Array.from(fresh.children).forEach(function (row) {
      var same = row.id && document.getElementById(row.id);
      if (!same) { old.insertBefore(row, place); return; }
      if (same !== place) old.insertBefore(same, place); else place = place.nextElementSibling;
      if (!same.isEqualNode(row) && !same.contains(document.activeElement)) same.replaceWith(row);
    });
    while (place) { var gone = place; place = place.nextElementSibling; gone.remove(); }
  }

  function put(id, html) {
    var old = document.getElementById(id);
    var fresh = new DOMParser().parseFromString(html, "text/html").body;
    if (!old) return;
    var rows = old.querySelector("tbody"), newRows = fresh.querySelector("tbody");
    if (rows && newRows) { mergeRows(rows, document.importNode(newRows, true)); newRows.remove(); }
    else if (!old.contains(document.activeElement)) old.replaceChildren.apply(old, fresh.childNodes);
  }

  function look() {
    timer = 0;
    if (!on || document.hidden) return;
    if (Date.now() - used > LONGEST) { on = false; name(); say(control.dataset.resting); return; }
    fetch(control.dataset.liveFrom, { headers: { "X-Follows": "page" }, credentials: "same-origin" })
      .then(function (answer) { if (!answer.ok || answer.redirected) throw 0; return answer.json(); })
      .then(function (news) {
        if (news.version !== version) Object.keys(news.parts).forEach(function (id) { put(id, news.parts[id]); });
        version = news.version;
        if (news.said !== said) say(said = news.said);
        wait();
      })
      .catch(function () { say(control.dataset.lost); wait(); });
  }
  function wait() { if (on && !timer) timer = setTimeout(look, EVERY); }

  button.addEventListener("click", function () { on = !on; used = Date.now(); name(); say(""); if (on) look(); });
  ["keydown", "pointerdown", "scroll"].forEach(function (kind) {
    addEventListener(kind, function () { used = Date.now(); }, { passive: true });
  });
  document.addEventListener("visibilitychange", function () { used = Date.now(); if (!document.hidden) wait(); });
  name();
  control.hidden = false;
  wait();
})();
