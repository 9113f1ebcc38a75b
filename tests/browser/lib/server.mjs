// A server of our own: a free port, a process, and what it says until it is ready.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** A port nobody listens on now. */
export function freePort() {
  return new Promise((found, failed) => {
    const server = createServer().on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

/** Starts the program; gives the process and what `ready` makes of its words, as soon as that is something. */
export function serve(binary, args, ready) {
  const server = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((open, failed) => {
    let told = "";
    const hear = (chunk) => {
      told += chunk;
      const found = ready(told);
      if (found) open({ server, found });
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.once("error", failed);
    server.once("exit", (code) => failed(new Error(`the server ended (${code}):\n${told.slice(-2000)}`)));
  });
}

/** Ends a server and waits until it is gone. */
export function end(server) {
  server.removeAllListeners("exit");
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    server.once("exit", gone);
    server.kill("SIGINT");
  });
}
