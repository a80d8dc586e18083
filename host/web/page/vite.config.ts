import { svelte } from "@sveltejs/vite-plugin-svelte";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compress } from "./build/compress.ts";
import { themes } from "./build/themes.ts";

const folder = fileURLToPath(new URL("../dist/page/", import.meta.url));

// `npm run dev` shows the page against a server that runs: RIPIENO=http://127.0.0.1:8741. It answers its own page alone,
// so what is passed on says that it comes from there.
const server = process.env["RIPIENO"] ?? "http://127.0.0.1:8741";
const proxy = { target: server, ws: true, changeOrigin: true, headers: { origin: server } };

// One version, kept where the program has it.
const workspace = readFileSync(new URL("../../../Cargo.toml", import.meta.url), "utf8");
const version = /^version = "(.+)"$/m.exec(workspace)?.[1] ?? "";

export default defineConfig({
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [themes(), svelte(), compress(folder)],
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: "es2023",
    // Nothing inline: the server allows no code and no style but its own files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": proxy, "/files": proxy, "/ws": proxy } },
});
