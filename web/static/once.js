// A form is sent once, however often its button is pressed; again when some seconds have passed or the
// reader has come back to the page. Without scripts the server keeps the first one, and says so.
(function () {
  "use strict";
  var PAUSE = 5000;
  var sent = new WeakSet();
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    setTimeout(function () { sent.delete(form); }, PAUSE);
  });
  window.addEventListener("pageshow", function () { sent = new WeakSet(); });
})();
