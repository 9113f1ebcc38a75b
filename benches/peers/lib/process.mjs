// Processes of the comparison: start, ask by lines of JSON, weigh, kill.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export { freePort } from "../../../tests/browser/lib/server.mjs";

const running = new Set();
process.on("exit", () => { for (const child of running) child.kill("SIGKILL"); });

/** Starts a process; `told(text)` looks at all it said until it gives something true. */
export function start(command, args, { told = () => true, env = {}, ...options } = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env }, ...options });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return new Promise((ready, failed) => {
    let text = "";
    const hear = (part) => {
      text = (text + part).slice(-20_000);
      if (told(text)) ready({ child, text });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", failed);
    child.once("exit", (code, signal) => failed(new Error(`${command} ${args.join(" ")} ended (${code ?? signal}):\n${text.slice(-2000)}`)));
    if (told("")) ready({ child, text });
  });
}

/** Runs a command to its end. */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options, env: { ...process.env, ...options.env } });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => { text += part; });
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) => (code === 0 ? done(text) : failed(new Error(`${command} ${args.join(" ")}: ${code}\n${text.slice(-2000)}`))));
  });
}

/** Ends a process and waits until it is gone. */
export function end(child, signal = "SIGTERM") {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    child.once("exit", gone);
    child.kill(signal);
  });
}

/** A host that answers a line of JSON with a line of JSON. */
export class Host {
  #waiting = [];
  #answers = [];

  constructor(command, args) {
    this.child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    running.add(this.child);
    this.child.once("exit", (code, signal) => {
      running.delete(this.child);
      for (const { failed } of this.#waiting.splice(0)) failed(new Error(`${args.join(" ")} ended (${code ?? signal})`));
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const next = this.#waiting.shift();
      if (next) next.done(JSON.parse(line));
      else this.#answers.push(JSON.parse(line));
    });
  }

  /** The next answer. */
  answer() {
    if (this.#answers.length > 0) return Promise.resolve(this.#answers.shift());
    return new Promise((done, failed) => this.#waiting.push({ done, failed }));
  }

  /** Says something and waits for the answer. */
  ask(order) {
    this.child.stdin.write(`${JSON.stringify(order)}\n`);
    return this.answer();
  }
}

/** Memory of processes that is in use now, in bytes. */
export function memory(pids) {
  const of = (pid) => Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)?.[1] ?? 0) * 1024;
  return pids.reduce((sum, pid) => sum + of(pid), 0);
}

/** Bytes of all files below a folder. */
export function bytes(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytes(path) : entry.isFile() ? statSync(path).size : 0);
  }, 0);
}
