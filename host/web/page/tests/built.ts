// Shows a page that was built apart from the program: at the server's own address, with the server's own headers.

import type { BrowserContext } from "@playwright/test";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const unzip = promisify(gunzip);

const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export async function showBuilt(context: BrowserContext, origin: string, folder: string): Promise<void> {
  if (!existsSync(join(folder, "index.html.gz"))) throw new Error(`no page in ${folder}: npm run build`);
  const csp = (await fetch(`${origin}/`)).headers.get("content-security-policy") ?? "default-src 'none'";
  const nonce = /'nonce-([^']+)'/.exec(csp)?.[1] ?? "none";
  // What a test hands over comes from no address at all, which may not speak to this computer unasked.
  await context.grantPermissions(["local-network-access"], { origin });
  await context.route(
    (url) => url.origin === origin && !/^\/(api|files|ws)(\/|$)/.test(url.pathname),
    async (route) => {
      const path = new URL(route.request().url()).pathname;
      const file = join(folder, `${path === "/" ? "/index.html" : path}.gz`);
      if (!existsSync(file)) return route.fallback();
      const body = (await unzip(await readFile(file))).toString().replaceAll("%NONCE%", nonce);
      const kind = KINDS[extname(path === "/" ? "index.html" : path)] ?? "application/octet-stream";
      return route.fulfill({ body, headers: { "content-type": kind, "content-security-policy": csp, "cache-control": "no-store" } });
    },
  );
}
