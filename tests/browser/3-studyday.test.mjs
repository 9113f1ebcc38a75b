// The study day of scenario S01, live: director, three groups and a facilitator at once; what they type stays text.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, SCREENS } from "./lib/browser.mjs";
import { follow } from "./lib/hands.mjs";
import { api, person, visitor } from "./lib/school.mjs";

const NASTY = `<script>globalThis.broken=1</script><img src=x onerror="globalThis.broken=1"><b>vet</b> {{7*7}} \${7*7} & "'`;
/** One of each group, and two more that write a single card. */
const GROUPS = ["An Peeters", "Bart Claes", "Carla Wouters", "Dirk Jacobs", "Els Mertens"];

let browser;
const guests = [];
let cycle;
let director;
let facilitator;

before(async () => {
  browser = await launch();
  director = await visitor(browser, "dir");
  facilitator = await visitor(browser, "zc");
  for (const name of GROUPS) guests.push(await person(browser, name, { viewport: SCREENS.phone }));
});
after(() => browser?.close());

/** The number of cards that a live page shows. */
const count = (page) => page.locator("[data-live] .count").first();
/** Waits until a live page shows a number, without loading it again. */
const shows = (page, number) => count(page).filter({ hasText: new RegExp(`^${number}$`) }).waitFor();

/** A group writes a card on its own phone; without a group the one it is in is meant. */
async function write({ page }, question, text, group) {
  await page.goto(`/cycle/${cycle}/step/cards`);
  const choice = page.locator("[name='card.group']");
  if (group && (await choice.count()) > 0) await choice.selectOption(group);
  await page.locator("[name='card.question']").nth(question).check({ force: true });
  await page.locator("[name='card.text']").fill(text);
  await follow(page, page.locator("main form").filter({ has: page.locator("[name='card.text']") }).getByRole("button", { name: "Indienen" }));
  const refused = page.locator("#fouten");
  const sent = await page.locator("main").innerText();
  assert.equal(await refused.count(), 0, `'${text}' was refused:\n${sent.slice(0, 400)}`);
  await page.locator("section[aria-labelledby=mijn]").getByText(text).first().waitFor();
}

test("the director marks the day in the calendar and prepares it", async () => {
  const { page, context } = director;
  await page.goto("/calendar");
  const form = page.locator("form[action='/calendar']");
  for (const [name, value] of [["day.d", "3"], ["day.m", "12"], ["day.y", "2026"], ["title", "Studiedag leerzorg"]]) {
    await form.locator(`[name='${name}']`).fill(value);
  }
  await form.locator("[name=kind]").selectOption("study_day");
  await follow(page, form.getByRole("button"));
  await page.getByText("Studiedag leerzorg").first().waitFor();
  const rows = ["kleuter-i-1", "kleuter-2-3", "lager-1-2"];
  const staff = Array.from({ length: 12 }, (_, at) => `lk${at + 1}`);
  const attributes = Object.fromEntries(staff.map((id, at) => [id, { row: rows[Math.floor(at / 4)] }]));
  const config = { date: "2026-12-03", core: ["zc1", "zc2"], theme_team: ["zc1"], guests: ["dir"], participants: [...staff, "zc1", "zc2"], attributes };
  cycle = (await api(context, "/start", { workflow: "study-day", config })).cycle.replaceAll("/", "~");
  const hand = (step, payload) => api(context, `/cycles/${cycle}/steps/${step}/contributions`, { payload });
  const send = (event) => api(context, `/cycles/${cycle}/events/${event}`, {});
  await hand("focus", { goal: { goal_id: "leerzorg", text: "Elke leerling krijgt op tijd de zorg.", links: ["zelfevaluatie"] } });
  await send("plan");
  const groups = [1, 2, 3].map((n) => ({ id: `G${n}`, members: [0, 3, 6, 9].map((step) => `lk${n + step}`) }));
  await hand("groups", { propose: { groups, unplaced: [{ member: "zc1", reason: "kernteam" }, { member: "zc2", reason: "kernteam" }] } });
  await hand("teams", { propose: { groups: [{ id: "kleuter-i-1", label: "Kleuter I,1", members: ["lk1", "lk2"], coach: "lk1" }] } });
  await send("prepare");
});

test("the director starts the day on the pages", async () => {
  const { page } = director;
  for (const event of ["Starten", "Volgende deel"]) {
    await page.goto(`/cycle/${cycle}`);
    await follow(page, page.locator("section[aria-labelledby=verder]").getByRole("button", { name: event }));
    assert.ok(page.url().includes("done="), `${event}: ${await page.locator("main").innerText()}`);
  }
});

test("three groups and a facilitator hand in at once; the projector follows without loading again", async () => {
  const wall = director.page;
  await wall.goto(`/live/${cycle}/cards`);
  await shows(wall, 0);
  await wall.evaluate(() => { globalThis.sameLoad = true; });
  await facilitator.page.goto(`/live/${cycle}/cards`);
  await Promise.all(guests.slice(0, 3).map((guest, at) => write(guest, 1, `Groep ${at + 1} doet dit samen`, `G${at + 1}`)));
  await shows(wall, 3);
  const page = facilitator.page;
  await shows(page, 3);
  const form = page.locator("form[action*='/enter/card']");
  const own = form.locator("[name='card.text']");
  if (!(await own.isVisible())) await page.locator("details > summary").filter({ hasText: "Kaartje" }).first().click();
  await form.locator("[name=for_group]").selectOption({ label: "G2" });
  await form.locator("[name='card.question']").nth(2).check({ force: true });
  await own.fill("Ingetikt voor een groep zonder toestel");
  await follow(page, form.getByRole("button", { name: "Indienen" }));
  await shows(page, 4);
  await shows(wall, 4);
  assert.ok(await wall.evaluate(() => globalThis.sameLoad === true), "the wall was not loaded again");
  await wall.getByText("Groep 2 doet dit samen").first().waitFor();
});

/** How many cards the wall counts after something happened, told by how many it should be more or fewer. */
async function changes(by, happen) {
  const wall = director.page;
  await wall.goto(`/live/${cycle}/cards`);
  const before = Number(await count(wall).innerText());
  await happen();
  await shows(wall, before + by);
}

test("a withdrawn card leaves the wall", () =>
  changes(-1, async () => {
    const { page } = guests[0];
    await page.goto(`/cycle/${cycle}/step/cards`);
    const own = page.locator("section[aria-labelledby=mijn] li").filter({ hasText: "Groep 1 doet dit samen" });
    await follow(page, own.getByRole("button", { name: "Terugnemen" }));
  }));

test("a group writes a second card", () =>
  changes(1, () => write(guests[1], 0, "Kinderen weten wat ze zullen leren", "G2")));

test("who is in a group need not say which", () =>
  changes(1, () => write(guests[4], 2, "Zonder te zeggen voor welke groep")));

test("markup, script and template syntax in a card stay text everywhere", async () => {
  const writer = guests[3];
  await changes(1, () => write(writer, 3, NASTY, "G1"));
  await director.page.locator("[data-live]").getByText(NASTY).first().waitFor();
  const places = [
    [director, [`/live/${cycle}/cards`, `/cycle/${cycle}`, `/cycle/${cycle}/step/cards`, `/cycle/${cycle}/board`, `/cycle/${cycle}/results`, "/", "/trajectory"]],
    [facilitator, [`/live/${cycle}/cards`, `/cycle/${cycle}/step/cards`]],
    [writer, [`/cycle/${cycle}/step/cards`, `/cycle/${cycle}`]],
    [guests[0], [`/cycle/${cycle}/step/cards`]],
  ];
  for (const [{ page }, paths] of places) {
    for (const path of paths) {
      await page.goto(path);
      const found = await page.evaluate(() => ({ ran: "broken" in globalThis, image: document.querySelectorAll("main img[src=x]").length, script: document.querySelectorAll("main script").length, sum: /\b49\b/.test(document.querySelector("main").innerText.replaceAll(/week 49/g, "")) }));
      assert.deepEqual(found, { ran: false, image: 0, script: 0, sum: false }, path);
    }
  }
  await writer.page.goto(`/cycle/${cycle}/step/cards`);
  await writer.page.getByText(NASTY).first().waitFor();
});

test("nobody's console showed an error and nothing was asked elsewhere", () => {
  const all = [director, facilitator, ...guests].flatMap((guest) => guest.watch.take());
  // A refused form answers 422, which Chromium notes in its console.
  assert.deepEqual(all.filter((text) => !text.includes("status of 422")), []);
});
