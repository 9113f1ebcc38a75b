// Clients of Draaiboek's JSON API; its server is a process of its own. Arguments: its address, a file with a one-time
// sign-in link, `events` or `steps` (how the three results are handed in).
import { Agent, request } from "node:http";
import { readFileSync } from "node:fs";
import { RESULT, obey, until } from "../lib/host.mjs";

const [base, link, way] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
let bearer;

/** One call; gives the status and the answer. */
function call(method, path, data) {
  return new Promise((done, failed) => {
    const body = data && JSON.stringify(data);
    const headers = { ...(bearer && { authorization: `Bearer ${bearer}` }), ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }) };
    const asked = request(`${base}/api/v1${path}`, { agent, method, headers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => done({ status: answer.statusCode, text: Buffer.concat(parts).toString() }));
    });
    asked.on("error", failed);
    asked.end(body);
  });
}

/** A call that must succeed. */
async function must(method, path, data) {
  const { status, text } = await call(method, path, data);
  if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

const token = readFileSync(link, "utf8").match(/\/link\/(\w+)/)[1];
bearer = (await must("POST", "/sessions/link", { token })).token;

const cycles = new Map();
const at = (id) => `/cycles/${cycles.get(id).replaceAll("/", "~")}`;
/** How a result is handed in. */
const hand = {
  events: (id, step) => must("POST", `${at(id)}/events/step`, { data: { result: RESULT }, key: `${id}-${step}` }),
  steps: (id, step) => must("POST", `${at(id)}/steps/${step}/contributions`, { payload: { decision: { option: "go", reason: RESULT } }, key: `${id}-${step}` }),
}[way];

async function park(id) {
  cycles.set(id, (await must("POST", "/start", { workflow: `peers-${way}`, key: id })).cycle);
  for (const step of ["first", "second", "third"]) await hand(id, step);
}
const ended = (id) => until(async () => (await must("GET", at(id))).lifecycle === "ended");

await obey({
  park,
  whole: async (id) => { await park(id); await must("POST", `${at(id)}/events/signal`, {}); await ended(id); cycles.delete(id); },
  free: async (id) => {
    await until(() => call("POST", `${at(id)}/events/signal`, { key: `${id}-signal` }).then(({ status }) => status === 200, () => false));
    await ended(id);
  },
});
