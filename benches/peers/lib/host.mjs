// The frame of a host: a process that runs workflows of one peer and obeys lines of JSON on standard input.
//
// A peer gives `whole(id)`: a workflow from start to end; `park(id)`: until it waits for the word from outside;
// `free(id)`: gives the word and waits for the end. Each answer is a line of JSON on standard output.
import { createInterface } from "node:readline";

/** The text that each step keeps: 200 bytes. */
export const RESULT = "x".repeat(200);

/** Waits until `probe` gives something true; looks every five milliseconds. */
export async function until(probe) {
  for (;;) {
    const found = await probe();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 5));
  }
}

/** Runs whole workflows one after another with each client until the time is over; gives how many and how long each took. */
async function load(peer, { clients, seconds, name }) {
  const waits = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let turn = 0; performance.now() < end; turn += 1) {
      const from = performance.now();
      await peer.whole(`${name}-${client}-${turn}`);
      waits.push(performance.now() - from);
    }
  }));
  return { workflows: waits.length, seconds: (performance.now() - begin) / 1000, waits };
}

/** Obeys until standard input ends. */
export async function obey(peer) {
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  const all = (ids, what) => Promise.all(ids.map((id) => what(id)));
  const words = {
    load: (order) => load(peer, order),
    park: async ({ ids }) => { await all(ids, peer.park); return { parked: ids.length }; },
    free: async ({ ids }) => { await all(ids, peer.free); return { freed: ids.length }; },
  };
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    say(await words[order.do](order));
  }
  process.exit(0);
}
