// Copies the few front-end files that are served from node_modules into static/vendor/ (not in the repository), and cuts
// an icon sprite down to the icons used. Run by `npm run vendor` after `npm ci --ignore-scripts`; quick and repeatable.
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OUT = join(ROOT, "static", "vendor");
const COPIES = {
  "tabler.css": "@tabler/core/dist/css/tabler.min.css",
  "chart.js": "chart.js/dist/chart.umd.min.js",
};
const SOURCES = ["templates", "inventory", "findings", "collectors", "static/js"];
// In templates {% icon "name" %}; in Python and JavaScript the text "icon:name".
const ICON = /\{%\s*icon\s+"([a-z0-9-]+)"|"icon:([a-z0-9-]+)"/g;

function* filesUnder(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if ([".html", ".py", ".js", ".txt"].includes(extname(entry.name))) yield path;
  }
}

function iconsUsed() {
  const names = new Set();
  for (const folder of SOURCES)
    for (const path of filesUnder(folder))
      for (const match of readFileSync(join(ROOT, path), "utf8").matchAll(ICON)) names.add(match[1] ?? match[2]);
  return [...names].sort();
}

function symbol(name) {
  const path = join(ROOT, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  let svg;
  try {
    svg = readFileSync(path, "utf8");
  } catch {
    console.error(`There is no icon named "${name}" in @tabler/icons (outline).`);
    process.exit(1);
  }
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s*\n\s*/g, "")}</symbol>`;
}

// An unchanged file is not compressed again: brotli at its best takes a second for the style sheet.
function write(name, text) {
  const path = join(OUT, name);
  const bytes = Buffer.from(text);
  const squeezed = `${path}.br`;
  if (same(path, bytes) && statSync(squeezed, { throwIfNoEntry: false })) return;
  writeFileSync(path, bytes);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(squeezed, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}

function same(path, bytes) {
  return statSync(path, { throwIfNoEntry: false })?.size === bytes.length && readFileSync(path).equals(bytes);
}

function removeStale(kept) {
  for (const name of readdirSync(OUT)) if (!kept.has(name.replace(/\.(br|gz)$/, ""))) rmSync(join(OUT, name), { recursive: true });
}

mkdirSync(OUT, { recursive: true });
for (const [name, source] of Object.entries(COPIES)) {
  const text = readFileSync(join(ROOT, "node_modules", source), "utf8");
  write(name, text.replace(/\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*$/gm, ""));
}
const icons = iconsUsed();
write("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${icons.map(symbol).join("")}</svg>\n`);
removeStale(new Set([...Object.keys(COPIES), "icons.svg"]));
console.log(`static/vendor: ${Object.keys(COPIES).join(", ")}, icons.svg (${icons.length} icons)`);
