// Mozilla's readability over all pages: node readability.cjs NODE_MODULES_HOME PAGES RESULT
// The same protocol as bench/worker.py: process time inside the extractor's calls alone, parsing included.
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");

const [home, pagesFile, resultFile] = process.argv.slice(2);
const installed = createRequire(`${home}/package.json`);
const { Readability } = installed("@mozilla/readability");
const { parseHTML } = installed("linkedom");
const version = JSON.parse(readFileSync(`${home}/node_modules/@mozilla/readability/package.json`, "utf8")).version;
const pages = readFileSync(pagesFile, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const WARM_UP_PAGES = 12;

function read(page) {
  const { document } = parseHTML(page.text);
  const found = new Readability(document).parse();
  return found ? { title: found.title, date: found.publishedTime, html: found.content } : {};
}

const raised = [];
function readOrNothing(page, note) {
  try {
    return read(page);
  } catch (error) {
    note.push(error.name);
    return {};
  }
}

const step = Math.max(1, Math.floor(pages.length / WARM_UP_PAGES));
pages.filter((_, i) => i % step === 0).forEach((page) => readOrNothing(page, []));
let micros = 0;
const readings = pages.map((page) => {
  const begun = process.cpuUsage();
  const reading = readOrNothing(page, raised);
  const used = process.cpuUsage(begun);
  micros += used.user + used.system;
  return reading;
});
const report = { version, python: `node ${process.versions.node}`, cpu: micros / 1e6, readings, raised };
writeFileSync(resultFile, JSON.stringify(report));
