// Each test has a server and a studio of its own, and a page that must not complain.
//
// The program is $RIPIENO_PROGRAM or the one of `cargo build -p ripieno-tests --bin ripieno-under-test`; a debug build reads
// the page that `npm run build` made. With RIPIENO_PAGE=<folder of a built page> that page is shown, whatever the program holds.

import { test as base, expect, type Page } from "@playwright/test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { showBuilt } from "./built.ts";
import { Server, type Api } from "./server.ts";

export { expect, type Page };
export type { Api, Server };

interface Options {
  /** What the studio file says at first; a starter is made of nothing. */
  document: string;
  /** More arguments of `ripieno serve`, as one line. */
  serve: string;
}

interface Fixtures {
  /** The name of the JACK server that the server takes its MIDI from, if there is one. */
  jackName: string | undefined;
  server: Server;
  /** Asks the server itself, not by the page. */
  api: Api;
  /** The studio file. */
  studio: string;
  faults: Faults;
  /** The page, opened and connected. */
  page: Page;
  /** Opens one more tab of the same browser. */
  tab: (link?: string) => Promise<Page>;
}

/** Complaints of the browser: errors, refused styles and scripts, exceptions. */
export class Faults {
  readonly #found: string[] = [];
  /** Where no pipeline runs its view asks for one in vain. */
  readonly #borne: RegExp[] = [/404 .*\/api\/pipelines?\)/];

  watch(page: Page): void {
    page.on("pageerror", (error) => this.#found.push(`exception: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.#found.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
  }

  /** What this test brings about by itself. */
  bear(pattern: RegExp): void {
    this.#borne.push(pattern);
  }

  get all(): string[] {
    return this.#found.filter((fault) => !this.#borne.some((pattern) => pattern.test(fault)));
  }
}

/** Waits until the page has the state of the server. */
export async function connected(page: Page): Promise<void> {
  await expect(page.locator("#page [role=status][data-state=open]")).toBeAttached();
  await expect(page.getByRole("main")).toBeVisible();
}

/** Loads the page again; keys that are pressed before its code runs are nobody's. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await connected(page);
}

/** A screenshot for people; none is compared. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = join(import.meta.dirname, "../test-results/views");
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Opens a view or a panel of this title, by the palette. */
export async function openView(page: Page, title: string): Promise<void> {
  await page.keyboard.press("Control+k");
  const name = new RegExp(`› ${title.replace(/\W/g, "\\$&")}$`);
  await page.getByRole("option", { name }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("tab", { name: title, exact: true, selected: true })).toBeVisible();
}

/** Runs the first command that these words find, by keyboard. */
export async function run(page: Page, command: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Type a command" }).fill(command);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

/** Closes the tab of this title by its cross, which is for pointers alone. */
export async function closeTab(page: Page, title: string): Promise<void> {
  // At its beginning: the middle of a short title's tab is its cross already.
  await page.getByRole("tab", { name: title, exact: true }).click({ position: { x: 6, y: 10 } });
  await page.getByTitle(`Close ${title}`, { exact: true }).click();
  await expect(page.getByRole("tab", { name: title, exact: true })).toHaveCount(0);
}

export const test = base.extend<Options & Fixtures>({
  document: ["", { option: true }],
  serve: ["", { option: true }],

  jackName: async ({}, use) => use(undefined),

  server: async ({ document, serve, jackName }, use, info) => {
    const folder = await mkdtemp(join(tmpdir(), "ripieno-page-"));
    const studio = join(folder, "studio.toml");
    if (document) await writeFile(studio, document);
    const server = new Server(studio, serve.split(" ").filter(Boolean), jackName);
    await server.start();
    await use(server);
    const code = await server.stop();
    if (info.status !== info.expectedStatus) await info.attach("server", { body: server.said, contentType: "text/plain" });
    await rm(folder, { recursive: true });
    expect(code, `the server's end: ${server.said}`).toBe(0);
  },

  api: async ({ server }, use) => use(server.api),
  studio: async ({ server }, use) => use(server.studio),

  faults: async ({}, use) => {
    const faults = new Faults();
    await use(faults);
    expect(faults.all, "the browser complained").toEqual([]);
  },

  context: async ({ context, server }, use) => {
    const folder = process.env["RIPIENO_PAGE"];
    if (folder) await showBuilt(context, server.origin, folder);
    await use(context);
  },

  tab: async ({ context, server, faults }, use) => {
    await use(async (link = server.link) => {
      const page = await context.newPage();
      faults.watch(page);
      await page.goto(link);
      return page;
    });
  },

  page: async ({ tab }, use) => {
    const page = await tab();
    await connected(page);
    await use(page);
  },
});
