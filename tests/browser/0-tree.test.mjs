// What a screen reader gets of the main pages, as outlines in `trees/`; and the pages in forced colours.
// After a change that is meant: `BLESS=1 tests/browser/run.sh BINARY 0-tree.test.mjs`, and read the difference.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { axe } from "./lib/look.mjs";
import { visitor } from "./lib/school.mjs";

const TREES = join(import.meta.dirname, "trees");
const DAY = "/cycle/year~day-10~day";
const PAGES = {
  dir: { start: "/", trajectory: "/trajectory", cycle: DAY, step: `${DAY}/step/review`, live: "/live/year~day-10~day/review", results: `${DAY}/results`, principles: `${DAY}/results/principles`, people: "/people?team=lager-3-4", calendar: "/calendar", library: "/library", new: "/new/study-day" },
  tch: { "start-teacher": "/", "step-teacher": "/cycle/year~cycles-15~lager-3-4/step/working_principles" },
  coach: { board: "/cycle/year~cycles-15~kleuter-2-3/board" },
  adm: { operations: "/operations" },
};

let browser;
before(async () => {
  browser = await launch();
  mkdirSync(TREES, { recursive: true });
});
after(() => browser?.close());

/** The outline without what differs from run to run: moments of today and secrets. */
const settled = (tree) =>
  tree
    .replaceAll(/\b\d{1,2} \S+?, \d{1,2}\.\d\d u\./g, "MOMENT")
    .replaceAll(/\b\d{1,2}\.\d\d u\./g, "TIJD")
    .replaceAll(/(Goedemorgen|Goedemiddag|Goedenavond)/g, "Goedendag");

for (const [role, pages] of Object.entries(PAGES)) {
  test(`trees of ${role}`, async () => {
    const { context, page } = await visitor(browser, role);
    const differ = [];
    for (const [name, path] of Object.entries(pages)) {
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200, path);
      const tree = `${settled(await page.locator("body").ariaSnapshot())}\n`;
      const file = join(TREES, `${name}.yml`);
      if (process.env.BLESS) writeFileSync(file, tree);
      const known = readFileSync(file, "utf8");
      if (known !== tree) {
        const [was, is] = [known.split("\n"), tree.split("\n")];
        const at = was.findIndex((line, at) => line !== is[at]);
        differ.push(`${name} (${path}), line ${at + 1}:\n  was ${was[at]}\n  is  ${is[at]}`);
      }
    }
    await context.close();
    assert.deepEqual(differ, [], "a page says something else than its tree; BLESS=1 when that is meant");
  });
}

test("in forced colours everything that can be pressed or read keeps its border, and the pages their words", async () => {
  const { context, page } = await visitor(browser, "dir", { forcedColors: "active", bypassCSP: true });
  for (const path of ["/", "/trajectory", DAY, `${DAY}/step/review`]) {
    await page.goto(path);
    const bare = await page.evaluate(() =>
      [...document.querySelectorAll("main .btn, main .chip, main .tl .b, main .card, main .opts label, main input:not([type=hidden]), main textarea, main select")]
        .filter((node) => node.checkVisibility() && getComputedStyle(node).borderTopStyle === "none" && getComputedStyle(node).appearance === "none")
        .map((node) => node.outerHTML.slice(0, 90)));
    assert.deepEqual(bare, [], path);
    assert.deepEqual(await axe(page), [], path);
  }
  await page.goto("/trajectory");
  const named = await page.locator(".legend li").count();
  assert.ok(named >= 4, "holidays stand there in words, for hatching is gone");
  await page.screenshot({ path: join(import.meta.dirname, "pictures", "forced-colours.png"), fullPage: true });
  await context.close();
});
