// Chromium and its contexts. No assertions live here.
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Screens the pages are tried on. */
export const SCREENS = {
  tiny: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
};

/** Starts Chromium; `CHROMIUM` names another than Debian's. */
export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });

/** What a page did that it should not: console errors, uncaught errors, requests to other hosts. */
export class Watch {
  #found = [];

  constructor(context, base) {
    const home = new URL(base).host;
    context.on("request", (request) => {
      const url = new URL(request.url());
      const own = url.host === home || ["data:", "blob:", "about:"].includes(url.protocol);
      if (!own) this.#found.push(`request to ${url.origin}`);
    });
    context.on("console", (message) => {
      if (message.type() === "error") this.#found.push(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.#found.push(`uncaught: ${error.error().message}`));
    context.on("response", (response) => {
      if (response.status() >= 500) this.#found.push(`${response.status()} at ${response.url()}`);
    });
  }

  /** Everything since the last call. */
  take() {
    return this.#found.splice(0);
  }
}
