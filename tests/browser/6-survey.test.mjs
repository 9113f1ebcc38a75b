// The anonymous survey of scenario S07: fourteen people answer at once, each in a browser of their own; nobody is known.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { follow } from "./lib/hands.mjs";
import { api, people, read, visitor } from "./lib/school.mjs";

const WHO = Array.from({ length: 14 }, (_, at) => `lk${at + 1}`);
let browser;
let director;
let cycle;

before(async () => {
  browser = await launch();
  director = await visitor(browser, "dir");
  const team = [...Array.from({ length: 20 }, (_, at) => `lk${at + 1}`), "zc1", "zc2"];
  const config = { team, guide: "zc2", until: "2026-12-18", wave: "december-2026" };
  cycle = (await api(director.context, "/start", { workflow: "c6-efficacy-survey", config })).cycle.replaceAll("/", "~");
});
after(() => browser?.close());

/** Chooses the same place in every question and hands in. */
async function answer(page, which) {
  await page.goto(`/cycle/${cycle}/step/survey`);
  const form = page.locator("main form").filter({ has: page.getByRole("button", { name: "Indienen" }) }).first();
  const questions = form.locator("fieldset:not(:has(fieldset)):has(input[type=radio])");
  for (let at = 0, all = await questions.count(); at < all; at += 1) {
    const choices = questions.nth(at).locator("label");
    await choices.nth(Math.min(which, (await choices.count()) - 1)).click();
  }
  await follow(page, form.getByRole("button", { name: "Indienen" }));
  await page.getByRole("status").filter({ hasText: "niemand weet dat jij antwoordde" }).waitFor();
}

test("fourteen people answer at once; the wall counts, shows nothing and names nobody", async () => {
  const wall = director.page;
  await wall.goto(`/live/${cycle}/survey`);
  const count = wall.locator("[data-live] .count").first();
  await count.filter({ hasText: /^0$/ }).waitFor();
  const guests = await people(browser, WHO);
  try {
    await Promise.all(guests.map((guest, at) => answer(guest.page, at % 4)));
    await count.filter({ hasText: /^14$/ }).waitFor();
    await answer(guests[0].page, 3);
    await wall.reload();
    assert.equal(await count.innerText(), "14", "who answers again in the same browser changes the answer");
    assert.equal(await wall.locator("main table, main meter").count(), 0, "first everybody answers alone");
    assert.deepEqual(guests.flatMap((guest) => guest.watch.take()), []);
    const own = await guests[1].page.goto(`/cycle/${cycle}/step/survey`);
    assert.equal(own.status(), 200);
    assert.equal(await guests[1].page.locator("main form input:checked").count(), 0, "no browser shows what was answered");
  } finally {
    await Promise.all(guests.map((guest) => guest.context.close()));
  }
});

test("the director cannot look early and is told why, and no page or answer names who answered", async () => {
  const { page, context } = director;
  await page.goto(`/cycle/${cycle}`);
  const discuss = page.locator("section[aria-labelledby=verder] .act").first();
  await follow(page, discuss.getByRole("button").first());
  const reasons = await page.locator("#fouten").innerText();
  assert.doesNotMatch(reasons, /[A-Z]{3,}_[A-Z]/, "reasons are sentences");
  assert.match(await page.title(), /^Fout: /);
  for (const path of [`/cycle/${cycle}`, `/cycle/${cycle}/results`, `/live/${cycle}/survey`, `/cycle/${cycle}/board`]) {
    await page.goto(path);
    const text = await page.locator("main").innerText();
    assert.doesNotMatch(text, /An Peeters|Mieke Michiels|\blk\d+\b/, path);
  }
  const log = JSON.stringify(await read(context, `/cycles/${cycle}/log`));
  const picture = JSON.stringify(await read(context, `/cycles/${cycle}/steps/survey/picture`));
  assert.doesNotMatch(log + picture, /\blk\d+\b/);
  assert.doesNotMatch(picture, /"items"|"mean"/, "nothing before the end");
  assert.deepEqual(director.watch.take().filter((text) => !text.includes("status of 422")), []);
});
