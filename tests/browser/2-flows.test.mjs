// The main ways through the pages by keyboard alone and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { enter, follow, tabTo } from "./lib/hands.mjs";
import { person, read, visitor } from "./lib/school.mjs";

const REVIEW = "/cycle/year~quality_cycle-13~review";
const SURVEY = "/cycle/year~quality_cycle-13~review~self_evaluation-6~guidance/step/questions";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** A test with a visitor of its own that leaves nothing behind and did nothing wrong. */
function visit(name, role, options, flow) {
  test(name, async (t) => {
    const guest = await visitor(browser, role, options);
    try {
      await flow(guest.page, guest, t);
      // A refused form answers 422, which Chromium notes in its console.
      assert.deepEqual(guest.watch.take().filter((text) => !text.includes("status of 422")), []);
    } finally {
      await guest.context.close();
    }
  });
}

const task = (page, title) => page.locator("section[aria-labelledby=taken]").getByRole("link", { name: title, exact: true });

visit("the first Tab offers to skip to the content", "tch", {}, async (page) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#inhoud");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => Boolean(document.activeElement.closest("main"))), "after the skip link comes the content");
});

visit("a teacher says by keyboard how she stands to the agreements, and corrects a mistake", "tch", {}, async (page) => {
  await page.goto("/");
  await enter(page, task(page, "Onze afspraken"));
  const form = page.locator("form").filter({ has: page.getByText("Hoe sta je ertegenover?") });
  await enter(page, form.getByRole("button", { name: "Indienen" }));
  assert.equal(await page.evaluate(() => document.activeElement.id), "fouten", "the summary of mistakes has the focus");
  assert.match(await page.title(), /^(Fout|Let op)/, "the title says that something is wrong");
  await tabTo(page, form.getByRole("radio").first());
  await page.keyboard.press("ArrowDown");
  assert.ok(await form.getByRole("radio", { name: "Ik heb een zorg, maar ga mee" }).isChecked());
  await tabTo(page, form.getByRole("textbox"));
  await page.keyboard.type("Wie schrijft het verslag?");
  await enter(page, form.getByRole("button", { name: "Indienen" }));
  await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
  await page.locator("section[aria-labelledby=mijn]").getByText("Wie schrijft het verslag?").waitFor();
});

visit("a teacher hands in without JavaScript and Start says so", "tch", { javaScriptEnabled: false }, async (page) => {
  await page.goto("/");
  const title = "De vier verwachtingen";
  await follow(page, task(page, title));
  await follow(page, page.locator("main").getByRole("button", { name: "Ik ben mee" }));
  await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
  await page.goto("/");
  const done = page.locator("section[aria-labelledby=taken] details");
  await done.locator("summary").click();
  await done.getByRole("link", { name: title }).waitFor();
});

visit("a draft is kept without JavaScript and comes back", "tch", { javaScriptEnabled: false }, async (page) => {
  await page.goto("/cycle/year~cycles-15~lager-3-4/step/working_principles");
  const reaction = page.locator("details").filter({ has: page.locator("summary", { hasText: "Mijn reactie" }) });
  await reaction.locator("summary").click();
  await reaction.locator("textarea").fill("Half af, en dus een klad.");
  await follow(page, reaction.getByRole("button", { name: "Bewaar en ga later verder" }));
  await page.goto("/cycle/year~cycles-15~lager-3-4/step/working_principles");
  assert.equal(await page.locator("textarea").first().inputValue(), "Half af, en dus een klad.");
});

for (const [how, options] of [["by keyboard", {}], ["without JavaScript", { javaScriptEnabled: false }]]) {
  visit(`a director sees ${how} why the review cannot go on, before and after trying`, "dir", options, async (page, guest) => {
    await page.goto(REVIEW);
    const next = page.locator("section[aria-labelledby=verder]");
    const before = await read(guest.context, "/cycles/year~quality_cycle-13~review");
    const announced = await next.locator("ul.missing").first().locator("li").allInnerTexts();
    assert.ok(announced.length > 0, "what is missing stands there before one tries");
    const button = next.getByRole("button", { name: "Afronden" });
    await (how === "by keyboard" ? enter(page, button) : follow(page, button));
    const refused = page.locator("#fouten");
    const given = await refused.locator("li").allInnerTexts();
    assert.deepEqual(announced.filter((reason) => !given.includes(reason)), [], "the refusal gives every reason");
    if (how === "by keyboard") assert.equal(await page.evaluate(() => document.activeElement.id), "fouten");
    const after = await read(guest.context, "/cycles/year~quality_cycle-13~review");
    assert.deepEqual(after.states, before.states, "nothing moved");
  });
}

visit("a director advances the study day from Start by keyboard", "dir", {}, async (page, guest) => {
  await page.goto("/");
  const before = await read(guest.context, "/cycles/year~day-10~day");
  const card = page.locator("main .todo").filter({ has: page.getByRole("heading", { name: /Pedagogische studiedag/ }) });
  await enter(page, card.getByRole("link"));
  await enter(page, page.locator("section[aria-labelledby=verder]").getByRole("button", { name: "Principes publiceren" }));
  await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
  const after = await read(guest.context, "/cycles/year~day-10~day");
  assert.notDeepEqual(after.states, before.states);
});

visit("an anonymous answer is handed in without JavaScript and its sender stays unknown", "tch", { javaScriptEnabled: false }, async (page, guest) => {
  await page.goto(SURVEY);
  await page.getByText("Anoniem", { exact: true }).first().waitFor();
  const questions = page.locator("main form fieldset:has(> .opts)");
  const asked = await questions.count();
  assert.ok(asked >= 25, `${asked} questions`);
  const answer = async (which) => {
    await page.goto(SURVEY);
    for (let at = 0; at < asked; at += 1) await questions.nth(at).locator("label").nth(which).click();
    await follow(page, page.locator("main").getByRole("button", { name: "Indienen" }).first());
    await page.getByRole("status").filter({ hasText: /\S/ }).first().waitFor();
  };
  await answer(0);
  await answer(1);
  const name = "Mieke Michiels";
  const leader = await visitor(browser, "dir");
  try {
    for (const path of [SURVEY, SURVEY.replace(/\/step.*/, ""), SURVEY.replace(/\/step.*/, "/board")]) {
      await leader.page.goto(path);
      const text = await leader.page.locator("main").evaluate((main) => {
        for (const select of main.querySelectorAll("select")) select.remove();
        return main.textContent;
      });
      assert.ok(!text.includes(name), `${path} names the sender`);
    }
    const log = await read(leader.context, "/cycles/year~quality_cycle-13~review~self_evaluation-6~guidance/log");
    assert.ok(!JSON.stringify(log).includes("lk13"), "the log names the sender");
    const picture = await read(leader.context, "/cycles/year~quality_cycle-13~review~self_evaluation-6~guidance/steps/questions/picture");
    assert.ok(!JSON.stringify(picture).includes("lk13"), "the picture names the sender");
    await leader.page.goto(SURVEY.replace(/^.cycle(.*).step(.*)$/, "/live$1$2"));
    assert.equal(await leader.page.locator("[data-live] .count").first().innerText(), "1", "twice in one browser is one answer");
    assert.equal(await leader.page.locator("main meter, main .bar").count(), 0, "one answer shows no picture");
  } finally {
    await leader.context.close();
  }
});

test("a password, a sign-out, a wrong and a right sign-in, by keyboard", async () => {
  const { context, page } = await person(browser, "Els Mertens");
  const secret = "een lange zin die niemand raadt";
  try {
    await page.goto("/privacy");
    const form = page.locator("form[action='/privacy/password']");
    for (const field of await form.locator("input[type=password]").all()) {
      await tabTo(page, field);
      await page.keyboard.type(secret);
    }
    await enter(page, form.getByRole("button"));
    await enter(page, page.getByRole("button", { name: "Afmelden", exact: true }));
    assert.equal(new URL(page.url()).pathname, "/sign-in");
    await page.goto("/trajectory");
    assert.equal(new URL(page.url()).pathname, "/sign-in", "signed out is out");
    const type = async (name, password) => {
      await tabTo(page, page.locator("#login"));
      await page.keyboard.press("Control+A");
      await page.keyboard.type(name);
      await tabTo(page, page.locator("#password"));
      await page.keyboard.type(password);
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
    };
    await type("els.mertens", "zeker niet dit woord");
    const wrong = await page.getByRole("alert").innerText();
    await type("niemand.bekend", "zeker niet dit woord");
    assert.equal(await page.getByRole("alert").innerText(), wrong, "an unknown name and a wrong password read the same");
    await type("els.mertens", secret);
    assert.equal(new URL(page.url()).pathname, "/trajectory", "back to where one wanted to be");
  } finally {
    await context.close();
  }
});
