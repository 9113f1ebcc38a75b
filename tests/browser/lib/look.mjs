// Looks at one page: the laws that every page keeps. Gives findings as sentences; asserts nothing.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { SCREENS } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations of axe on the page as it stands. */
export async function axe(page) {
  if (!(await page.evaluate("typeof globalThis.axe === 'object'"))) await page.evaluate(AXE);
  const found = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
    TAGS,
  );
  return found.violations.map((v) => {
    const nodes = v.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} [${node.html.slice(0, 90)}]`);
    return `axe ${v.id} (${v.impact}, ${v.nodes.length}x): ${nodes.join("; ")}`;
  });
}

/** What sticks out to the right of the screen, if the page can be scrolled sideways. */
export async function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const boxed = (element) => {
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !boxed(element),
    );
    const last = wide.at(-1);
    const name = last ? `${last.tagName.toLowerCase()}.${last.className} [${last.outerHTML.slice(0, 90)}]` : "?";
    return [`scrolls sideways at ${innerWidth} px: ${root.scrollWidth} px wide by ${name}`];
  });
}

/** One h1, a language, a title, one main. */
export async function frame(page) {
  return page.evaluate(() => {
    const found = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    if (count("h1") !== 1) found.push(`${count("h1")} h1 instead of one`);
    if (count("main") !== 1) found.push(`${count("main")} main instead of one`);
    if (!/^(nl|en)\b/.test(document.documentElement.lang)) found.push(`lang is '${document.documentElement.lang}'`);
    if (!document.title.trim()) found.push("no title");
    const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
    const twice = [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
    if (twice.length) found.push(`the same id more than once: ${twice.slice(0, 5).join(", ")}`);
    const raw = document.body.innerText.match(/\{\{.*?\}\}|\[object Object\]|\bundefined\b|\bNaN\b/);
    if (raw) found.push(`raw text on the page: ${raw[0]}`);
    return found;
  });
}

/** Everything about a page that stands in its context; `picture` is the path of pictures without size and ending. */
export async function look(page, picture) {
  const found = await frame(page);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    found.push(...(await axe(page)).map((text) => `${scheme}: ${text}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const [name, screen] of Object.entries(SCREENS)) {
    await page.setViewportSize(screen);
    found.push(...(await overflow(page)));
    if (picture && name !== "tiny") {
      await page.screenshot({ path: `${picture}-${screen.width}.png`, fullPage: true });
    }
  }
  return found;
}
