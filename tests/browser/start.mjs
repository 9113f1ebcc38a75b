// Serves the demo school on a free port, signs one person of each role in, runs the tests, ends the server.
// Usage: node start.mjs BINARY [TEST FILES…]
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";
import { end, freePort, serve } from "./lib/server.mjs";

const [binary, ...wanted] = process.argv.slice(2);
const here = import.meta.dirname;
const state = mkdtempSync(join(tmpdir(), "draaiboek-browser-"));
const began = Date.now();
const say = (text) => console.log(`# ${((Date.now() - began) / 1000).toFixed(1)} s: ${text}`);

/** The sign-in link for each role that the demo tells, when it told all. */
function links(told) {
  const found = Object.fromEntries([...told.matchAll(/^ (\w+) .*?(http:\/\/\S+\/link\/\w+)$/gm)].map(([, role, link]) => [role, link]));
  return "adm" in found && told.endsWith("\n") ? found : undefined;
}

/** Uses each link once, as a person would, and keeps the sessions. */
async function signIn(links) {
  const browser = await launch();
  for (const [role, link] of Object.entries(links)) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.locator("main form button").click();
    await page.waitForURL((url) => url.pathname === "/");
    await context.storageState({ path: join(state, `${role}.json`) });
    await context.close();
  }
  await browser.close();
}

/** Runs the test files one after another. */
function run(files) {
  const child = spawn(
    process.execPath,
    ["--test", "--test-concurrency=1", "--test-timeout=150000", "--test-reporter=spec", ...files],
    { stdio: "inherit", cwd: here, env: { ...process.env, BROWSER_STATE: state, BROWSER_BINARY: binary } },
  );
  return new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
}

let served;
let code = 1;
try {
  const port = await freePort();
  served = await serve(binary, ["demo", "--dir", join(state, "demo"), "--listen", `127.0.0.1:${port}`], links);
  say("the school is open");
  await signIn(served.found);
  writeFileSync(join(state, "school.json"), JSON.stringify({ base: `http://127.0.0.1:${port}`, roles: Object.keys(served.found) }));
  say(`signed in: ${Object.keys(served.found).join(", ")}`);
  const all = readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort();
  const files = wanted.length ? wanted : all;
  code = await run(files);
  say(code === 0 ? "all well" : "something failed; the report stands above");
} finally {
  if (served) await end(served.server);
  rmSync(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
process.exit(code);
