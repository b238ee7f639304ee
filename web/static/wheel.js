// The arrow keys go round the wheel, Home and End to its first and last activity. Tab goes the same way without this.
document.querySelectorAll("svg.aw").forEach((wheel) => {
  wheel.addEventListener("keydown", (event) => {
    const links = [...wheel.querySelectorAll("a[href]")];
    const here = links.indexOf(event.target.closest("a"));
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    let to = -1;
    if (event.key in steps) to = (here + steps[event.key] + links.length) % links.length;
    if (event.key === "Home") to = 0;
    if (event.key === "End") to = links.length - 1;
    if (here < 0 || to < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    links[to].focus();
  });
});

// On the wall the wheel renews itself, unless somebody is going through it just now.
if (document.body.classList.contains("aw-wall")) {
  setInterval(() => {
    if (document.activeElement === document.body) location.reload();
  }, 600000);
}
