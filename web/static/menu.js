// A folded part of the menu closes by Escape, by a click elsewhere and when the focus leaves it. Without scripts
// it opens and closes by its own heading.
(function () {
  "use strict";
  function close(except) {
    document.querySelectorAll("details.fold[open]").forEach(function (each) {
      if (!except || !each.contains(except)) each.open = false;
    });
  }
  document.addEventListener("click", function (event) { close(event.target); });
  document.addEventListener("focusin", function (event) { close(event.target); });
  document.addEventListener("keydown", function (event) {
    var open = document.querySelector("details.fold[open]");
    if (event.key !== "Escape" || !open) return;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    close();
  });
})();
