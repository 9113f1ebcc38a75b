// New trajectory: from a theme to a year on trial, what-if, and a start; by keyboard, without JavaScript, on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, SCREENS } from "./lib/browser.mjs";
import { enter, follow, tabTo } from "./lib/hands.mjs";
import { axe, overflow } from "./lib/look.mjs";
import { read, visitor } from "./lib/school.mjs";

let browser;
before(async () => {
  browser = await launch();
  const { context, page } = await visitor(browser, "dir");
  for (const day of ["21", "22"]) {
    await page.goto("/calendar");
    const form = page.locator("form[action='/calendar']");
    await date(page, "day", [day, "1", "2027"]);
    await form.locator("[name=title]").fill(`Studiedag ${day} januari`);
    await form.locator("[name=kind]").selectOption("study_day");
    await follow(page, form.getByRole("button"));
  }
  await context.close();
});
after(() => browser?.close());

/** Fills a date of three parts. */
async function date(page, name, [d, m, y]) {
  for (const [part, value] of [["d", d], ["m", m], ["y", y]]) await page.locator(`[name='${name}.${part}']`).fill(value);
}

/** How many cycles the school has. */
const cycles = async (context) => (await read(context, "/cycles")).length;

/** From the list to the preview of a study day on a date. */
async function toPreview(page, day) {
  await page.goto("/new");
  const card = page.locator("main .card").filter({ has: page.getByRole("heading", { name: "Pedagogische studiedag", exact: true }) });
  await follow(page, card.getByRole("link", { name: /^Kies dit/ }));
  await date(page, "config.date", day);
  await follow(page, page.locator("main form").getByRole("button", { name: "Bekijk wat er gebeurt" }));
}

test("a director fills in a study day, sees a year on trial and what a change would do, and nothing is kept", async () => {
  const { context, page, watch } = await visitor(browser, "dir", { javaScriptEnabled: false });
  context.setDefaultTimeout(40000);
  try {
    const before = await cycles(context);
    await toPreview(page, ["5", "12", "2026"]);
    const warnings = page.locator(".note.warn");
    assert.match(await warnings.innerText(), /geen schooldag/);
    assert.match(await warnings.innerText(), /niet af/, "a day that does not fit never comes to an end");
    await toPreview(page, ["21", "1", "2027"]);
    assert.doesNotMatch(await page.locator("main").innerText(), /geen schooldag/);
    const year = page.locator("section[aria-labelledby=jaar]");
    await year.getByText(/^We speelden dit \d+ keer na/).waitFor();
    assert.ok((await year.locator("tbody tr").count()) > 3, "minutes per person");
    assert.match(await year.locator("dl").innerText(), /klaar/, "when it is finished");
    await year.locator("summary", { hasText: "Het verhaal van één jaar" }).click();
    assert.ok((await year.locator("details[open] li").count()) > 5, "a story");
    const whatIf = page.locator("section[aria-labelledby=watals]");
    await date(page, "other.date", ["22", "1", "2027"]);
    await whatIf.locator("[name=without]").selectOption({ label: "Hilde Maes" });
    await follow(page, whatIf.getByRole("button", { name: "Toon het verschil" }));
    const rows = page.locator("#verschil tbody tr");
    assert.equal(await rows.count(), 5);
    assert.ok((await page.locator("#verschil td b").count()) > 0, "a later day changes something");
    assert.equal(await cycles(context), before, "nothing was kept");
    assert.deepEqual(watch.take(), []);
  } finally {
    await context.close();
  }
});

test("a director takes over another date and starts, by keyboard", async () => {
  const { context, page, watch } = await visitor(browser, "dir", { bypassCSP: true });
  context.setDefaultTimeout(40000);
  try {
    const before = await cycles(context);
    await toPreview(page, ["22", "1", "2027"]);
    assert.deepEqual(await axe(page), []);
    const whatIf = page.locator("section[aria-labelledby=watals]");
    for (const [part, value] of [["d", "21"], ["m", "1"], ["y", "2027"]]) {
      await tabTo(page, whatIf.locator(`[name='other.date.${part}']`), 400);
      await page.keyboard.press("Control+A");
      await page.keyboard.type(value);
    }
    await enter(page, whatIf.getByRole("button", { name: "Toon het verschil" }), 400);
    await enter(page, page.getByRole("button", { name: "Neem deze datums over" }), 400);
    await page.getByText("21 januari 2027").first().waitFor();
    await enter(page, page.locator("#begin").getByRole("button", { name: "Start", exact: true }), 400);
    await page.getByRole("status").filter({ hasText: "Gestart" }).waitFor();
    assert.equal(await page.locator("h1").innerText(), "Pedagogische studiedag");
    assert.equal(await cycles(context), before + 1);
    assert.deepEqual(watch.take(), []);
  } finally {
    await context.close();
  }
});

test("what is missing is named, and the year on trial fits a phone", async () => {
  const { context, page } = await visitor(browser, "dir", { viewport: SCREENS.tiny });
  context.setDefaultTimeout(40000);
  try {
    await page.goto("/new/study-day");
    await follow(page, page.locator("main form").getByRole("button", { name: "Bekijk wat er gebeurt" }));
    assert.match(await page.title(), /^Fout: /);
    await page.locator("#fouten").getByRole("link", { name: /Wanneer is de studiedag/ }).click();
    assert.equal(await page.evaluate(() => document.activeElement.name), "config.date.d");
    await toPreview(page, ["21", "1", "2027"]);
    assert.deepEqual(await overflow(page), []);
  } finally {
    await context.close();
  }
});
