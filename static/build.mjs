// Builds static/build: the style sheet, the scripts and the pictures, each also under a name with its hash,
// and manifest.json, which tells the portal the hashed names.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, "src");
const target = join(here, "build");
const packages = join(here, "..", "node_modules");

// The most a file may weigh, compressed with brotli, in bytes.
const budgets = { "portal.css": 15_360, "portal.js": 12_288 };

function style() {
  const compiled = sass.compile(join(sources, "portal.scss"), {
    loadPaths: [packages],
    style: "compressed",
    quietDeps: true,
  });
  const smaller = esbuild.transformSync(compiled.css, { loader: "css", minify: true, target: "es2019" });
  return smaller.code;
}

function script(name, format) {
  const built = esbuild.buildSync({
    entryPoints: [join(sources, name)],
    bundle: true,
    minify: true,
    write: false,
    format,
    target: "es2019",
    legalComments: "none",
    nodePaths: [packages],
  });
  return built.outputFiles[0].text;
}

function hashed(name, content) {
  const { name: stem, ext } = parse(name);
  return `${stem}.${createHash("sha256").update(content).digest("hex").slice(0, 12)}${ext}`;
}

const files = {
  "portal.css": style(),
  "portal.js": script("portal.js", "esm"),
  "enable.js": script("enable.js", "iife"),
  "mark.svg": readFileSync(join(sources, "mark.svg"), "utf8"),
  "card.png": readFileSync(join(sources, "card.png")), // drawn from card.svg in a browser, for other sites' previews
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
const manifest = {};
let tooHeavy = false;
for (const [name, content] of Object.entries(files)) {
  manifest[name] = hashed(name, content);
  writeFileSync(join(target, manifest[name]), content);
  const weight = brotliCompressSync(content).length;
  console.log(`${name}: ${weight} bytes with brotli`);
  if (weight > (budgets[name] ?? Infinity)) {
    console.error(`${name} is heavier than its budget of ${budgets[name]} bytes`);
    tooHeavy = true;
  }
}
writeFileSync(join(target, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
process.exit(tooHeavy ? 1 : 0);
