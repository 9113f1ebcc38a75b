// A collegial visit on a phone: one thumb, 390 by 844.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, SCREENS } from "./lib/browser.mjs";
import { follow } from "./lib/hands.mjs";
import { axe, overflow } from "./lib/look.mjs";
import { visitor } from "./lib/school.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** Buttons and fields that are too small for a thumb (44 px is the house's measure, inline links aside). */
const small = (page) => page.evaluate(() =>
  [...document.querySelectorAll("main .btn:not(.small), main summary, main input:not([type=radio],[type=checkbox],[type=hidden]), main select, main textarea, main .opts label")]
    .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 44)
    .map((node) => `${node.tagName.toLowerCase()} '${node.textContent.trim().slice(0, 40)}' ${Math.round(node.getBoundingClientRect().height)} px`));

test("a teacher gives feedback after a visit with her thumb", async () => {
  const { context, page, watch } = await visitor(browser, "tch", { viewport: SCREENS.phone, hasTouch: true, isMobile: true, deviceScaleFactor: 2, bypassCSP: true });
  try {
    await page.goto("/");
    await follow(page, page.locator("section[aria-labelledby=cycli]").getByRole("link", { name: /Collegiale visitatie/ }), "tap");
    assert.deepEqual(await overflow(page), []);
    assert.ok(await page.locator(".pic-tall").isVisible(), "the diagram for a phone is shown");
    assert.ok(!(await page.locator(".pic-wide").isVisible()), "the wide diagram is not");
    await follow(page, page.locator("section[aria-labelledby=stappen]").getByRole("link", { name: "Feedback", exact: true }), "tap");
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(await axe(page), []);
    const form = page.locator("main form").filter({ has: page.locator("textarea:visible") }).first();
    await form.locator(".opts label").first().tap();
    await form.locator("textarea").fill("Elk kind kon zeggen wat de volgende stap is.");
    await form.getByRole("textbox", { name: "Waarover gaat het?" }).fill("Het doel aan het bord");
    assert.deepEqual(await small(page), [], "everything is large enough for a thumb");
    await follow(page, form.getByRole("button", { name: "Indienen" }), "tap");
    await page.locator("section[aria-labelledby=mijn]").getByText("Elk kind kon zeggen").waitFor();
    assert.deepEqual(await overflow(page), []);
    assert.deepEqual(watch.take(), []);
  } finally {
    await context.close();
  }
});
