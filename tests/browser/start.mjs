// Serves the demo school on a free port, signs one person of each role in, runs the tests, ends the server.
// Usage: node start.mjs BINARY [TEST FILES…]
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";

const [binary, ...wanted] = process.argv.slice(2);
const here = import.meta.dirname;
const state = mkdtempSync(join(tmpdir(), "draaiboek-browser-"));
const began = Date.now();
const say = (text) => console.log(`# ${((Date.now() - began) / 1000).toFixed(1)} s: ${text}`);

/** A port nobody listens on now. */
function freePort() {
  return new Promise((found, failed) => {
    const server = createServer().on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** Starts the demo; gives the process and its sign-in link for each role, as soon as it listens. */
function serve(port) {
  const server = spawn(binary, ["demo", "--dir", join(state, "demo"), "--listen", `127.0.0.1:${port}`], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((ready, failed) => {
    let told = "";
    const hear = (chunk) => {
      told += chunk;
      const links = [...told.matchAll(/^ (\w+) .*?(http:\/\/\S+\/link\/\w+)$/gm)].map(([, role, link]) => [role, link]);
      if (links.some(([role]) => role === "adm") && told.endsWith("\n")) {
        ready({ server, links: Object.fromEntries(links) });
      }
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`the demo ended (${code}):\n${told.slice(-2000)}`)));
  });
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
    { stdio: "inherit", cwd: here, env: { ...process.env, BROWSER_STATE: state } },
  );
  return new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
}

let served;
let code = 1;
try {
  const port = await freePort();
  served = await serve(port);
  say("the school is open");
  await signIn(served.links);
  writeFileSync(join(state, "school.json"), JSON.stringify({ base: `http://127.0.0.1:${port}`, roles: Object.keys(served.links) }));
  say(`signed in: ${Object.keys(served.links).join(", ")}`);
  const all = readdirSync(here).filter((name) => name.endsWith(".test.mjs")).sort();
  const files = wanted.length ? wanted : all;
  code = await run(files);
  say(code === 0 ? "all well" : "something failed; the report stands above");
} finally {
  served?.server.removeAllListeners("exit");
  served?.server.kill("SIGINT");
  rmSync(state, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
process.exit(code);
