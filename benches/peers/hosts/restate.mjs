// The service and the clients of Restate; its server is a process of its own. Arguments: address for calls, address for
// the administrator, port of this service.
import * as restate from "@restatedev/restate-sdk";
import * as clients from "@restatedev/restate-sdk-clients";
import { RESULT, obey, until } from "../lib/host.mjs";

const [ingress, admin, port] = process.argv.slice(2);
const work = restate.workflow({
  name: "work",
  handlers: {
    run: async (ctx) => {
      await ctx.run("first", () => RESULT);
      await ctx.run("second", () => RESULT);
      await ctx.run("third", () => RESULT);
      await ctx.sleep(1);
      ctx.set("waits", true);
      await ctx.promise("word");
      return "done";
    },
    word: async (ctx) => { await ctx.promise("word").resolve("go"); },
    waits: async (ctx) => (await ctx.get("waits")) === true,
  },
});
await restate.serve({ services: [work], port: Number(port) });

const body = JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true });
await until(async () => {
  const answer = await fetch(`${admin}/deployments`, { method: "POST", headers: { "content-type": "application/json" }, body }).catch(() => undefined);
  return answer?.ok;
});
const server = clients.connect({ url: ingress });
const of = (id) => server.workflowClient({ name: "work" }, id);
/** The server may be starting anew. */
const patient = (what) => until(async () => what().then(() => true, (error) => { if (error.status && error.status < 500) throw error; return false; }));

await obey({
  whole: async (id) => { await of(id).workflowSubmit(); await of(id).word(); await of(id).workflowAttach(); },
  park: async (id) => { await of(id).workflowSubmit(); await until(() => of(id).waits()); },
  free: async (id) => { await patient(() => of(id).word()); await patient(() => of(id).workflowAttach()); },
});
