// OpenWorkflow in one process: client and worker, as its quick start has it. Arguments: path of a SQLite file, or a
// PostgreSQL address.
import { OpenWorkflow } from "openworkflow";
import { RESULT, obey, until } from "../lib/host.mjs";

const [address] = process.argv.slice(2);
const backend = address.startsWith("postgres")
  ? await (await import("openworkflow/postgres")).BackendPostgres.connect(address)
  : (await import("openworkflow/sqlite")).BackendSqlite.connect(address);
const ow = new OpenWorkflow({ backend });

const work = ow.defineWorkflow({ name: "work" }, async ({ input, step }) => {
  await step.run({ name: "first" }, () => RESULT);
  await step.run({ name: "second" }, () => RESULT);
  await step.run({ name: "third" }, () => RESULT);
  await step.sleep("timer", "1ms");
  await step.waitForSignal({ name: "word", signal: `word:${input.id}`, timeout: "1h" });
  return "done";
});
await ow.newWorker({ concurrency: 16 }).start();

const runs = new Map();
/** Starts a workflow, or finds the one that was started under this id. */
const start = async (id) => runs.set(id, await work.run({ id }, { idempotencyKey: id }));
/** The handle looks every second; the row itself is looked at more often here. */
const ended = async (id) => {
  const run = runs.get(id);
  await until(async () => (await backend.getWorkflowRun({ workflowRunId: run.workflowRun.id })).status === "completed");
};
/** Waits until a workflow waits and its worker has let go of it: a word said in between can be lost (seen on PostgreSQL). */
const waits = async (id) => {
  const workflowRunId = runs.get(id).workflowRun.id;
  await until(async () => (await backend.listStepAttempts({ workflowRunId, limit: 20 })).data.some((step) => step.kind === "signal-wait"));
  await until(async () => !(await backend.getWorkflowRun({ workflowRunId })).workerId);
};
/** A word that comes before the workflow waits is dropped, so it is said once it waits, until somebody heard it. */
const word = async (id) => {
  await waits(id);
  await until(async () => (await ow.sendSignal({ signal: `word:${id}` })).workflowRunIds.length > 0);
};

await obey({
  whole: async (id) => { await start(id); await word(id); await ended(id); runs.delete(id); },
  park: async (id) => { await start(id); await waits(id); },
  free: async (id) => { await start(id); await word(id); await ended(id); },
});
