// What people do with keys. No assertions beyond "the key leads there".

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page, target, atMost = 150) {
  const element = await target.elementHandle();
  for (let pressed = 0; pressed < atMost; pressed += 1) {
    if (await element.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${target} within ${atMost} keys on ${page.url()}`);
}

/** Goes to a link or button by Tab and presses Enter; waits until the page that follows stands. */
export async function enter(page, target, atMost) {
  await tabTo(page, target, atMost);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

/** Presses with the mouse (or finger) what loads a page. */
export async function follow(page, target, how = "click") {
  await Promise.all([page.waitForEvent("load"), target[how]()]);
}
