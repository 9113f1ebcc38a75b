// Every page that links lead to from the start page of each role keeps the laws of all pages.
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { look } from "./lib/look.mjs";
import { BASE, visitor } from "./lib/school.mjs";

const PICTURES = join(import.meta.dirname, "pictures");
const ROLES = ["dir", "coach", "tch", "adv", "adm"];
/** Pages of one pattern that are looked at in full for each role (else one); of the others status, heading, language. */
const IN_FULL = { "/cycle/*": 2, "/cycle/*/step/*": 4, "/live/*/*": 2 };

let browser;
before(async () => {
  for (const role of ROLES) rmSync(join(PICTURES, role), { recursive: true, force: true });
  browser = await launch();
});
after(() => browser?.close());

/** The pattern of a path: what differs only by which cycle, step, workflow or query is alike. */
function pattern(url) {
  const parts = url.pathname.split("/").slice(1);
  const fixed = { cycle: [0, 2], live: [0] }[parts[0]] ?? [0];
  const path = parts.map((part, at) => (fixed.includes(at) ? part : "*")).join("/");
  return `/${path}${url.search ? `?${[...url.searchParams.keys()].join("&")}` : ""}`;
}

/** The addresses of pages of this school that a text of HTML links to. */
function links(html, at) {
  return [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)]
    .map(([, href]) => new URL(href.replaceAll("&amp;", "&"), at))
    .filter((url) => url.origin === at.origin);
}

/** What is wrong with a page that is only read. */
function glance(html) {
  const found = [];
  const h1 = html.match(/<h1\b/g)?.length ?? 0;
  if (h1 !== 1) found.push(`${h1} h1 instead of one`);
  if (!/<html lang="(nl|en)\b/.test(html)) found.push("no lang");
  return found;
}

/** The findings, each once, with the pages that have it. */
function told(found) {
  const by = new Map();
  for (const [, page, text] of found.map((line) => line.match(/^(\S+): (.*)$/s))) by.set(text, [...(by.get(text) ?? []), page]);
  const more = (pages) => (pages.length > 4 ? ` and ${pages.length - 4} more` : "");
  return [...by].map(([text, pages]) => `${text}\n    on ${pages.slice(0, 4).join(", ")}${more(pages)}`).join("\n");
}

const fileName = (url) => url.pathname.replaceAll(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "start";

async function crawl(role) {
  const { context, watch, page } = await visitor(browser, role, { bypassCSP: true });
  mkdirSync(join(PICTURES, role), { recursive: true });
  const start = new URL("/", BASE);
  const seen = new Set([start.href]);
  const queue = [start];
  const full = new Map();
  const found = [];
  let pages = 0;
  while (queue.length > 0) {
    const url = queue.shift();
    pages += 1;
    const name = url.pathname + url.search;
    const answer = await context.request.get(url.href);
    if (answer.status() !== 200) found.push(`${name}: status ${answer.status()}`);
    if (!(answer.headers()["content-type"] ?? "").startsWith("text/html")) continue;
    const html = await answer.text();
    found.push(...glance(html).map((text) => `${name}: ${text}`));
    for (const next of links(html, url)) {
      next.hash = "";
      if (!seen.has(next.href)) {
        seen.add(next.href);
        queue.push(next);
      }
    }
    const kind = pattern(url);
    const times = full.get(kind) ?? 0;
    if (times >= (IN_FULL[kind] ?? 1)) continue;
    full.set(kind, times + 1);
    await page.goto(url.href);
    const picture = join(PICTURES, role, fileName(url) + (url.search ? `-${url.search.replaceAll(/\W+/g, "-")}` : ""));
    found.push(...(await look(page, picture.slice(0, 220))).map((text) => `${name}: ${text}`));
    found.push(...watch.take().map((text) => `${name}: ${text}`));
  }
  await context.close();
  return { found, pages, looked: [...full.values()].reduce((sum, n) => sum + n, 0), kinds: [...full.keys()] };
}

test("pages", { concurrency: 2 }, async (t) => {
  await Promise.all(ROLES.map((role) => t.test(`of ${role}`, async (t) => {
    const { found, pages, looked, kinds } = await crawl(role);
    t.diagnostic(`${pages} pages, ${looked} in full: ${kinds.join(" ")}`);
    assert.ok(pages > 5, `only ${pages} pages can be reached`);
    assert.equal(found.length, 0, told(found));
  })));
});
