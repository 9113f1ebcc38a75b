// The served demo school, as `start.mjs` left it: its address and the signed-in sessions of its people.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SCREENS, Watch } from "./browser.mjs";

const told = JSON.parse(readFileSync(join(process.env.BROWSER_STATE, "school.json"), "utf8"));

/** Address of the school. */
export const BASE = told.base;

/** Storage of the session of a role (`dir`, `coach`, `tch`, `adv`, `adm`, …). */
export const sessionOf = (role) => join(process.env.BROWSER_STATE, `${role}.json`);

/** A context with its watch; `role` signs in, without it a stranger comes. */
export async function visitor(browser, role, options = {}) {
  const context = await browser.newContext({
    baseURL: BASE,
    viewport: SCREENS.desk,
    locale: "nl-BE",
    timezoneId: "Europe/Brussels",
    reducedMotion: "reduce",
    ...(role ? { storageState: sessionOf(role) } : {}),
    ...options,
  });
  context.setDefaultTimeout(8000);
  return { context, watch: new Watch(context, BASE), page: await context.newPage() };
}

/** Signs a person in through a link that the administrator makes on the accounts page. */
export async function linkFor(browser, name) {
  const { context, page } = await visitor(browser, "adm");
  try {
    await page.goto("/accounts");
    return await makeLink(page, name);
  } finally {
    await context.close();
  }
}

/** Presses the button that makes a one-time link for somebody; adds the account first when there is none. */
async function makeLink(page, name) {
  const known = page.locator("tbody tr", { has: page.getByRole("rowheader", { name, exact: true }) });
  if ((await known.count()) > 0) {
    await known.locator("form[action$='/link'] button").click();
  } else {
    const form = page.locator("form[action='/accounts']");
    await form.locator("select[name=person]").selectOption({ label: name });
    await form.locator("input[name=login]").fill(name.toLowerCase().replaceAll(/[^a-z]+/g, "."));
    await form.locator("button").click();
  }
  const link = (await page.locator(".link-out").textContent()).trim();
  return new URL(link, BASE).href;
}

/** A visitor who came in through a link of the administrator. */
export async function person(browser, name, options = {}) {
  const link = await linkFor(browser, name);
  const guest = await visitor(browser, null, options);
  await guest.page.goto(link);
  await guest.page.locator("main form button").click();
  await guest.page.waitForURL((url) => url.pathname === "/");
  return guest;
}

/** Posts JSON to the API as the signed-in visitor of a context; fails with the answer. */
export async function api(context, path, data) {
  const answer = await context.request.post(`${BASE}/api/v1${path}`, { data, headers: { origin: BASE } });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Reads JSON from the API as the signed-in visitor of a context. */
export async function read(context, path) {
  const answer = await context.request.get(`${BASE}/api/v1${path}`);
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Visitors for persons of the school (`lk1`, …), signed in by links that the administrator makes; without opening pages. */
export async function people(browser, ids, options = {}) {
  const admin = await visitor(browser, "adm");
  const post = (request, path, form) => request.post(`${BASE}${path}`, { form, headers: { origin: BASE } });
  try {
    const guests = [];
    for (const id of ids) {
      let page = await (await post(admin.context.request, "/accounts", { person: id, login: `${id}@school.example` })).text();
      let link = page.match(/class="link-out">([^<]+)</)?.[1];
      if (!link) {
        page = await (await admin.context.request.get(`${BASE}/accounts`)).text();
        const names = await nameOf(admin, id);
        const own = [...page.matchAll(/<tr><th scope="row">([^<]+)<.*?action="(\/accounts\/[^"]+\/link)"/gs)].find(([, name]) => name === names);
        page = await (await post(admin.context.request, own[2], {})).text();
        link = page.match(/class="link-out">([^<]+)</)[1];
      }
      const guest = await visitor(browser, null, options);
      await post(guest.context.request, new URL(link.trim(), BASE).pathname, {});
      guests.push(guest);
    }
    return guests;
  } finally {
    await admin.context.close();
  }
}

/** The name of a person, as the form for new accounts shows it, or the people page of the director. */
async function nameOf(admin, id) {
  const answer = await admin.context.request.get(`${BASE}/people?person=${id}`);
  return (await answer.text()).match(/<input id="pname" name="name" value="([^"]*)"/)?.[1];
}
