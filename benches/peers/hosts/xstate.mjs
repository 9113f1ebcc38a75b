// XState stepping the chart of `cargo bench -p draaiboek-chart --bench step`: three regions of four states, a condition on
// every transition, an entry action on every state. Argument: seconds for each measurement.
import { createActor, createMachine, initialTransition, transition } from "xstate";

const seconds = Number(process.argv[2] ?? 3);
let entered = 0;
const enter = () => { entered += 1; };
const passes = ({ event }) => event.number + 3 >= 1;

/** Each region goes round its four states, on the event that `named` gives it. */
function machine(named) {
  const state = (region, index) => ({
    entry: enter,
    on: { [named(region)]: { guard: passes, target: `r${region}s${(index + 1) % 4}` } },
  });
  const region = (number) => ({
    entry: enter,
    initial: `r${number}s0`,
    states: Object.fromEntries([0, 1, 2, 3].map((index) => [`r${number}s${index}`, state(number, index)])),
  });
  return createMachine({ type: "parallel", entry: enter, states: Object.fromEntries([0, 1, 2].map((number) => [`r${number}`, region(number)])) });
}

/** Events a second of `step`, after a second to warm up. */
function rate(step) {
  let events = 0;
  for (let end = performance.now() + 1000; performance.now() < end;) for (let n = 0; n < 200; n += 1) step();
  const begin = performance.now();
  for (const end = begin + seconds * 1000; performance.now() < end;) for (let n = 0; n < 200; n += 1, events += 1) step();
  return events / ((performance.now() - begin) / 1000);
}

const found = {};
for (const [name, chart, type] of [["all", machine(() => "go"), "go"], ["one", machine((region) => `go.${region}`), "go.1"]]) {
  const event = { type, number: 1 };
  const actor = createActor(chart).start();
  const before = entered;
  found[`${name}-actor`] = rate(() => actor.send(event));
  if (entered === before) throw new Error("nothing moved");
  let [state] = initialTransition(chart);
  found[`${name}-pure`] = rate(() => { [state] = transition(chart, state, event); });
}
process.stdout.write(`${JSON.stringify(found)}\n`);
