// Every built file is kept compressed: the server sends it as it lies there.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const zip = promisify(gzip);

export function compress(folder: string): Plugin {
  return {
    name: "compress",
    apply: "build",
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        await writeFile(`${path}.gz`, await zip(await readFile(path), { level: 9 }));
        await rm(path);
      }
    },
  };
}
