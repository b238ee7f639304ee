// What was written and did not reach us lies in this browser for a while (autosave.js). It goes when we have
// it, when its time is out, and with everybody who signs out.
(function () {
  "use strict";
  var OURS = /^\/opgave\/\d+\/kladde$/;
  function forget(which) {
    try {
      Object.keys(localStorage).filter(function (name) { return OURS.test(name) && which(name); })
        .forEach(function (name) { localStorage.removeItem(name); });
    } catch (closed) { return; }
  }
  function isOver(name) {
    try { return !(Date.now() < JSON.parse(localStorage.getItem(name)).until); } catch (broken) { return true; }
  }
  var received = document.querySelector("[data-received]");
  forget(function (name) { return isOver(name) || (received !== null && name === received.dataset.received); });
  document.addEventListener("submit", function (event) {
    if (/\/log-ud$/.test(event.target.action)) forget(function () { return true; });
  });
})();
