// The comparison: each engine does the same work, one after another; one table at the end.
// Usage: node bench.mjs BINARY [--seconds N] [--only NAME] [--chart TEXT]
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { engines } from "./lib/engines.mjs";
import { memory, run } from "./lib/process.mjs";
import { postgres } from "./lib/postgres.mjs";

const { values, positionals: [binary] } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: "string", default: "20" }, only: { type: "string" }, chart: { type: "string" } },
});
const SECONDS = Number(values.seconds);
const PARKED = 50;
const MB = 1024 * 1024;
const here = import.meta.dirname;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (text) => process.stderr.write(`# ${text}\n`);

/** The value below which a share of the sorted ones lies. */
const share = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** Workflows a second and the times of single ones. */
function told({ workflows, seconds, waits }) {
  const sorted = waits.toSorted((a, b) => a - b);
  return { rate: workflows / seconds, p50: share(sorted, 0.5), p99: share(sorted, 0.99), workflows };
}

/** The most memory that processes take while something goes on. */
async function watched(pids, work) {
  let most = 0;
  const look = () => { most = Math.max(most, memory(pids())); };
  const timer = setInterval(look, 200);
  try {
    return [await work(), () => most];
  } finally {
    look();
    clearInterval(timer);
  }
}

/** Everything about one engine. */
async function measure(engine, folder) {
  mkdirSync(folder, { recursive: true });
  const opened = await engine.open(folder);
  const load = async (clients, seconds, name) => told(await opened.host.ask({ do: "load", clients, seconds, name }));
  try {
    await pause(5000);
    const rest = memory(opened.engine());
    await load(4, Math.max(2, SECONDS / 4), "warm");
    const before = await opened.size();
    const [[one, many], most] = await watched(opened.engine, async () => [await load(1, SECONDS, "one"), await load(16, SECONDS, "many")]);
    const size = ((await opened.size()) - before) / (one.workflows + many.workflows);
    const ids = Array.from({ length: PARKED }, (_, number) => `parked-${number}`);
    await opened.host.ask({ do: "park", ids });
    say(`  ${one.rate.toFixed(1)} a second with one client, ${many.rate.toFixed(1)} with 16; now kill -9`);
    await opened.kill();
    const from = performance.now();
    await opened.revive();
    await opened.host.ask({ do: "free", ids });
    const back = performance.now() - from;
    return { engine, one, many, rest, most: most(), size, back };
  } finally {
    await opened.close();
  }
}

const short = (ms) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
const row = (cells) => `| ${cells.join(" | ")} |`;

function table(found) {
  const lines = [
    row(["", "store", "1 client: workflows/s", "p50 / p99 ms", "16 clients: workflows/s", "p50 / p99 ms", `after kill -9: ${PARKED} waiting ones done, ms`, "memory at rest / most, MB", "kB a workflow"]),
    row(Array.from({ length: 9 }, () => "---")),
  ];
  for (const { engine, one, many, rest, most, size, back, failed } of found) {
    if (failed) {
      lines.push(row([engine.name, engine.durable, failed, ...Array.from({ length: 6 }, () => "")]));
      continue;
    }
    lines.push(row([
      engine.name, engine.durable, one.rate.toFixed(1), `${short(one.p50)} / ${short(one.p99)}`, many.rate.toFixed(1),
      `${short(many.p50)} / ${short(many.p99)}`, back.toFixed(0), `${(rest / MB).toFixed(0)} / ${(most / MB).toFixed(0)} (${engine.weighed})`, (size / 1024).toFixed(1),
    ]));
  }
  return lines.join("\n");
}

/** Statecharts in memory: XState, and what our own bench printed. */
async function charts() {
  const found = JSON.parse(await run(process.execPath, [join(here, "hosts", "xstate.mjs"), "3"]));
  const rate = (number) => Math.round(number).toLocaleString("en");
  const lines = [row(["statechart events a second", "all three regions move", "one region moves"]), row(["---", "---", "---"])];
  lines.push(row(["XState, actor.send", rate(found["all-actor"]), rate(found["one-actor"])]));
  lines.push(row(["XState, transition()", rate(found["all-pure"]), rate(found["one-pure"])]));
  const own = [...(values.chart ?? "").matchAll(/time:\s+\[\S+ \S+ (\S+) (ns|µs)/g)].map(([, time, unit]) => 1e9 / (Number(time) * (unit === "ns" ? 1 : 1000)));
  if (own.length === 2) lines.push(row(["Draaiboek, macrostep()", ...own.map(rate)]));
  return lines.join("\n");
}

const folder = mkdtempSync(join(tmpdir(), "draaiboek-peers-"));
let server;
try {
  await run("chmod", ["755", folder]);
  const busy = loadavg()[0];
  if (busy > 0.5) say(`the machine is busy (${busy.toFixed(1)}): compare within this run, quote nothing`);
  server = await postgres(folder);
  if (!server) say("no PostgreSQL here; files only");
  const found = [];
  for (const [at, engine] of engines(binary, server).entries()) {
    if (values.only && !engine.name.startsWith(values.only)) continue;
    say(`${engine.name}: ${engine.durable}`);
    found.push(await measure(engine, join(folder, `engine-${at}`)).catch((error) => { say(error.stack); return { engine, failed: "did not finish" }; }));
  }
  const states = values.only ? "" : `\n\n${await charts()}`;
  process.stdout.write(`${table(found)}${states}\n\nLoad of the machine before it began: ${busy.toFixed(1)}; memory ${(totalmem() / 1024 / MB).toFixed(0)} GB; ${SECONDS} s a measurement.\n`);
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
