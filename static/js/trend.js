// The chart of findings opened and closed per day, drawn from data-* attributes; colours follow the theme.
const canvas = document.querySelector("[data-trend]");
let drawn;

function colour(name) {
  const probe = document.createElement("i");
  probe.className = name;
  canvas.parentElement.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function draw() {
  drawn?.destroy();
  const read = (name) => JSON.parse(canvas.dataset[name]);
  const bar = (label, data, tone) => ({ label, data, backgroundColor: colour(tone), borderWidth: 0, barPercentage: 0.9 });
  const ink = colour("trend-ink");
  drawn = new window.Chart(canvas, {
    type: "bar",
    data: { labels: read("labels"), datasets: [bar("opened", read("opened"), "trend-opened"), bar("closed", read("closed"), "trend-closed")] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: { legend: { position: "bottom", labels: { color: ink, boxWidth: 10, boxHeight: 10 } } },
      scales: {
        x: { grid: { display: false }, ticks: { color: ink, maxTicksLimit: 6, maxRotation: 0 } },
        y: { beginAtZero: true, border: { display: false }, grid: { color: colour("trend-line") }, ticks: { color: ink, precision: 0, maxTicksLimit: 5 } },
      },
    },
  });
}

if (canvas && window.Chart) {
  draw();
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
