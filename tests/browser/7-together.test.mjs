// What goes wrong between people and networks: two who advance at once, a lost connection, a text half written.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { follow } from "./lib/hands.mjs";
import { api, people, person, visitor } from "./lib/school.mjs";

let browser;
let cycle;

before(async () => {
  browser = await launch();
  const { context } = await visitor(browser, "dir");
  const staff = Array.from({ length: 12 }, (_, at) => `lk${at + 1}`);
  const config = { date: "2026-12-17", core: ["zc1", "zc2"], participants: [...staff, "zc1", "zc2"] };
  cycle = (await api(context, "/start", { workflow: "study-day", config })).cycle.replaceAll("/", "~");
  const goal = { goal_id: "zorg", text: "Elke leerling krijgt op tijd de zorg.", links: ["zelfevaluatie"] };
  await api(context, `/cycles/${cycle}/steps/focus/contributions`, { payload: { goal } });
  await context.close();
});
after(() => browser?.close());

const next = (page) => page.locator("section[aria-labelledby=verder]");

test("of two who advance at once the second sees what the first did, and nothing happens twice", async () => {
  // The same director on another device: one who presses the same button twice in one browser does it once.
  const [first, second] = [await visitor(browser, "dir"), await person(browser, "Greet Aerts")];
  try {
    for (const { page } of [first, second]) await page.goto(`/cycle/${cycle}`);
    await follow(first.page, next(first.page).getByRole("button", { name: "Focus vastleggen" }));
    await first.page.getByRole("status").filter({ hasText: "Gedaan" }).waitFor();
    await follow(second.page, next(second.page).getByRole("button", { name: "Focus vastleggen" }));
    const told = await second.page.locator("#fouten").innerText();
    assert.match(told, /Intussen veranderde er iets/);
    assert.match(told, /Greet Aerts: Focus vastleggen/, "what happened, and by whom");
    assert.match(told, /Dag voorbereiden/, "where it led");
    assert.match(await second.page.title(), /^Fout: /);
    await next(second.page).getByRole("button", { name: "Voorbereiding afronden" }).waitFor();
  } finally {
    await Promise.all([first.context.close(), second.context.close()]);
  }
});

test("a reason that was typed on an old page is still there", async () => {
  const [first, second] = [await visitor(browser, "dir"), await person(browser, "Greet Aerts")];
  const back = (page) => page.locator("details details").filter({ has: page.locator("summary", { hasText: "Terug naar een eerder deel" }) });
  try {
    for (const { page } of [first, second]) {
      await page.goto(`/cycle/${cycle}`);
      await page.getByText("Pauzeren, terug, opnieuw of stoppen").click();
      await back(page).locator("summary").click();
      await back(page).locator("textarea").fill("Het thema moet scherper.");
    }
    await follow(first.page, back(first.page).getByRole("button"));
    await follow(second.page, back(second.page).getByRole("button"));
    await second.page.locator("#fouten").getByText("Intussen veranderde er iets").waitFor();
    const kept = await second.page.locator("main").evaluate((main) => [...main.querySelectorAll("textarea")].map((area) => area.value).join() + main.innerText);
    assert.match(kept, /Het thema moet scherper\./);
  } finally {
    await Promise.all([first.context.close(), second.context.close()]);
  }
});

test("a draft is kept while one types; a lost connection says so and loses nothing", async () => {
  const [guest] = await people(browser, ["dir"]);
  const { page, context } = guest;
  try {
    const path = `/cycle/${cycle}/step/focus`;
    await page.goto(path);
    const area = page.locator("main form textarea").first();
    const note = page.locator("[data-draft-note]").first();
    await area.fill("Een eerste gedachte");
    await note.filter({ hasText: "Klad bewaard" }).waitFor();
    await context.setOffline(true);
    await area.fill("Een eerste gedachte, en nog een");
    await note.filter({ hasText: "Geen verbinding" }).waitFor();
    assert.equal(await area.inputValue(), "Een eerste gedachte, en nog een");
    await context.setOffline(false);
    await area.press("End");
    await area.pressSequentially("!");
    await note.filter({ hasText: "Klad bewaard" }).waitFor();
    const other = await context.newPage();
    await other.goto(path);
    assert.equal(await other.locator("main form textarea").first().inputValue(), "Een eerste gedachte, en nog een!");
  } finally {
    await context.close();
  }
});
