// A private PostgreSQL server; it refuses to run as root, so it then runs as its own user.
import { chownSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { end, freePort, run, start } from "./process.mjs";

/** Folder with the programs of the newest server that Debian installed, if any. */
function programs() {
  try {
    const versions = readdirSync("/usr/lib/postgresql").map(Number).filter(Boolean).sort((a, b) => b - a);
    return versions.length > 0 ? `/usr/lib/postgresql/${versions[0]}/bin` : undefined;
  } catch {
    return undefined;
  }
}

/** Starts a server below a folder; `undefined` when none is installed. Its settings are the defaults: every commit is on disk. */
export async function postgres(folder) {
  const bin = programs();
  if (!bin) return undefined;
  const data = join(folder, "postgres");
  mkdirSync(data, { recursive: true });
  let as = {};
  if (process.getuid() === 0) {
    const [uid, gid] = await Promise.all(["-u", "-g"].map(async (what) => Number(await run("id", [what, "postgres"]))));
    chownSync(data, uid, gid);
    as = { uid, gid };
  }
  const quiet = { ...as, cwd: "/" };
  await run(join(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale", "C"], quiet);
  const port = await freePort();
  const { child } = await start(join(bin, "postgres"), ["-D", data, "-p", `${port}`, "-k", "", "-h", "127.0.0.1"], {
    ...quiet,
    told: (text) => text.includes("ready to accept connections"),
  });
  const ask = async (sql, database = "postgres") =>
    (await run(join(bin, "psql"), ["-X", "-A", "-t", "-q", "-U", "bench", "-h", "127.0.0.1", "-p", `${port}`, "-d", database, "-c", sql], quiet)).trim();
  return {
    child,
    /** A new database; gives its address. */
    create: async (name) => {
      await ask(`create database ${name}`);
      return `postgresql://bench:bench@127.0.0.1:${port}/${name}`;
    },
    /** Bytes of its tables and indexes, after what waits was written. */
    size: async (name) => {
      await ask("checkpoint", name);
      return Number(await ask(`select pg_database_size('${name}')`));
    },
    stop: () => end(child, "SIGINT"),
  };
}
