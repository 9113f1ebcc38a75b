// The pictures of the guides in docs/nl, made from the pages as they are; with GUIDES=1 they are written there.
// Runs before the others, on a school that nobody changed yet, and changes nothing but accounts.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { follow } from "./lib/hands.mjs";
import { picture } from "./lib/picture.mjs";
import { person, visitor } from "./lib/school.mjs";
import { end, freePort, serve } from "./lib/server.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const GUIDES = join(ROOT, "docs", "nl");
const HERE = join(import.meta.dirname, "pictures", "guides");
const INTO = process.env.GUIDES === "1" ? join(GUIDES, "pictures") : HERE;
/** The largest picture, in bytes. */
const MOST = 60_000;
const DESK = { viewport: { width: 960, height: 900 }, deviceScaleFactor: 1.4 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.6, isMobile: true, hasTouch: true };
/** Without JavaScript no draft is kept of what is only typed for a picture. */
const STILL = { javaScriptEnabled: false };

const DAY = "/cycle/year~day-10~day";
const TEAM = "/cycle/year~cycles-15~lager-3-4";
const SURVEY = "/cycle/year~quality_cycle-13~review~self_evaluation-6~guidance/step/questions";

let browser;
const made = new Map();
before(async () => {
  rmSync(INTO, { recursive: true, force: true });
  mkdirSync(INTO, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());

/** Makes one picture: `show` opens a page and gives the elements that matter. */
function shot(name, who, options, show, most) {
  test(name, async () => {
    const known = who === null || /^[a-z]+$/.test(who);
    const guest = known ? await visitor(browser, who, options) : await person(browser, who, options);
    try {
      guest.context.setDefaultTimeout(60_000);
      keep(name, await picture(guest.page, await show(guest.page), most));
      assert.deepEqual(guest.watch.take(), []);
    } finally {
      await guest.context.close();
    }
  });
}

/** Writes a picture down. */
function keep(name, bytes) {
  assert.ok(bytes.length > 1500 && bytes.length < MOST, `${name} has ${bytes.length} bytes`);
  writeFileSync(join(INTO, `${name}.webp`), bytes);
  made.set(name, bytes.length);
}

/** The part of a page with a heading. */
const section = (page, name) =>
  page.locator("main section, main .card").filter({ has: page.getByRole("heading", { name, exact: true }) }).last();

shot("aanmelden", null, DESK, async (page) => {
  await page.goto("/sign-in");
  await page.locator("summary").click();
  return [page.locator("header.top"), page.locator("main form").first(), page.locator("main details")];
});

shot("directie-start", "dir", DESK, async (page) => {
  await page.goto("/");
  return [page.locator("header.top"), page.locator("main h1"), page.locator("main ul.three"), section(page, "Mijn taken")];
}, 720);

shot("directie-traject", "dir", DESK, async (page) => {
  await page.goto("/trajectory");
  return [page.locator("main h1"), page.locator("main .card").first()];
}, 600);

shot("directie-proef", "dir", { ...DESK, ...STILL }, async (page) => {
  await page.goto("/new/learning-cycle");
  for (const [part, value] of [["d", "8"], ["m", "12"], ["y", "2026"]]) await page.locator(`[name='config.first_meeting.${part}']`).fill(value);
  await page.locator("[name='config.team']").selectOption({ label: "Lager 1,2" });
  await page.locator("[name='config.report_moments']").fill("2027-02-02\n2027-04-27");
  await follow(page, page.getByRole("button", { name: "Bekijk wat er gebeurt" }));
  return [page.locator("section[aria-labelledby=jaar]")];
}, 560);

shot("directie-verder", "dir", DESK, async (page) => {
  await page.goto(DAY);
  return [page.locator("main h1"), page.locator("section[aria-labelledby=verder]")];
});

shot("directie-afwezig", "dir", { ...DESK, ...STILL }, async (page) => {
  await page.goto("/people");
  await page.locator("summary", { hasText: "Een afwezigheid melden" }).click();
  const form = page.locator("form[action='/people/absence']");
  await form.locator("[name=person]").selectOption({ label: "Els Mertens" });
  for (const [name, day] of [["from", "7"], ["to", "11"]]) {
    for (const [part, value] of [["d", day], ["m", "12"], ["y", "2026"]]) await form.locator(`[name='${name}.${part}']`).fill(value);
  }
  await form.locator("[name=substitute]").selectOption({ label: "Gerd Willems" });
  return [page.getByRole("heading", { name: "Afwezig en vervanging" }), form];
});

shot("resultaat", "dir", DESK, async (page) => {
  await page.goto(`${DAY}/results/principles`);
  return [page.locator("main h1"), page.locator("main section").first(), page.locator("main section").last()];
}, 620);

shot("coach-stap", "Omar Yilmaz", DESK, async (page) => {
  await page.goto(TEAM);
  const steps = page.locator("section[aria-labelledby=stappen]");
  await steps.locator("summary", { hasText: "Deze stap sturen" }).first().click();
  return [steps];
}, 560);

shot("coach-bord", "Omar Yilmaz", DESK, async (page) => {
  await page.goto(`${DAY}/board`);
  return [page.locator("main h1"), page.locator("main .boards")];
}, 620);

shot("coach-scherm", "Omar Yilmaz", DESK, async (page) => {
  await page.goto(`${TEAM.replace("/cycle/", "/live/")}/working_principles`);
  return [page.locator("main h1"), page.locator("main section").first()];
}, 560);

shot("leraar-taken", "tch", PHONE, async (page) => {
  await page.goto("/");
  return [page.locator("main h1"), section(page, "Mijn taken")];
}, 620);

shot("leraar-stap", "tch", { ...PHONE, ...STILL }, async (page) => {
  await page.goto("/cycle/year~autumn-19~autumn-lk13/step/feedback");
  const form = page.locator("main form").filter({ has: page.locator("textarea:visible") }).first();
  await form.locator(".opts label").first().click();
  await form.locator("textarea").fill("Elk kind kon zeggen wat de volgende stap is.");
  return [page.locator("main h1"), form];
}, 760);

shot("leraar-anoniem", "tch", PHONE, async (page) => {
  await page.goto(SURVEY);
  return [page.locator("main h1"), page.locator("main form fieldset:has(> .opts)").first()];
}, 700);

shot("begeleider-draaiboek", "adv", DESK, async (page) => {
  await page.goto("/library/collegial-visit");
  return [section(page, "Stappen en wie ze ziet")];
}, 620);

shot("beheerder-toegang", "adm", DESK, async (page) => {
  await page.goto("/accounts");
  return [page.locator("main h1"), section(page, "Accounts")];
});

test("beheerder-eerste: the first administrator comes in with the code of the console", async () => {
  const database = join(process.env.BROWSER_STATE, "first.db");
  const school = join(ROOT, "workflows", "schools", "de-wilg.yaml");
  const loaded = await serve(process.env.BROWSER_BINARY, ["--db", database, "school", "load", school], (told) => told.includes("de-wilg"));
  await new Promise((done) => (loaded.server.exitCode === null ? loaded.server.removeAllListeners("exit").once("exit", done) : done()));
  const base = `http://127.0.0.1:${await freePort()}`;
  const { server, found: code } = await serve(
    process.env.BROWSER_BINARY,
    ["--db", database, "serve", "--listen", new URL(base).host],
    (told) => told.match(/with the code (\S+)\s/)?.[1],
  );
  const { context, page } = await visitor(browser, null, { ...DESK, ...STILL, baseURL: base });
  try {
    await page.goto("/first");
    for (const [name, value] of [["code", "abcd-efgh-ijkl"], ["name", "Lut Devos"], ["login", "lut.devos@dewilg.example"]]) {
      await page.locator(`[name=${name}]`).fill(value);
    }
    keep("beheerder-eerste", await picture(page, [page.locator("main h1"), page.locator("main form")]));
    await page.locator("[name=code]").fill(code);
    await page.locator("[name=password]").fill("een lange zin die niemand raadt");
    await follow(page, page.getByRole("button", { name: "Maak beheerder" }));
    await page.getByRole("status").filter({ hasText: "Welkom" }).waitFor();
    const form = page.locator("form[action='/accounts']");
    await form.locator("select[name=person]").selectOption({ label: "Greet Aerts" });
    await form.locator("input[name=login]").fill("greet.aerts@dewilg.example");
    await follow(page, form.getByRole("button", { name: "Maak account en link" }));
    assert.match(await page.locator(".link-out").textContent(), /\/link\/\w+/);
  } finally {
    await context.close();
    await end(server);
  }
});

test("the guides show every picture that is made, and no other", () => {
  const shown = new Set();
  for (const file of readdirSync(GUIDES).filter((name) => name.endsWith(".md"))) {
    const text = readFileSync(join(GUIDES, file), "utf8");
    for (const [, alt, name] of text.matchAll(/!\[([^\]]*)\]\(pictures\/([^)]+)\.webp\)/g)) {
      assert.ok(alt.length > 15, `${file}: ${name} has no words for who does not see it`);
      shown.add(name);
    }
  }
  assert.deepEqual([...shown].sort(), [...made.keys()].sort());
  const kept = readdirSync(join(GUIDES, "pictures")).map((name) => name.replace(/\.webp$/, ""));
  assert.deepEqual(kept.sort(), [...made.keys()].sort(), "GUIDES=1 tests/browser/run.sh BINARY 0-guides.test.mjs writes them anew");
});
