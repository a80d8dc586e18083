// Types of the API from what the server says of itself, so that the page cannot speak of what is not there.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const here = new URL("../", import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(`../${name}`, here), "utf8"));
const out = new URL("src/generated/", here);
await mkdir(out, { recursive: true });

const routes = await read("openapi.json");
await writeFile(new URL("api.d.ts", out), astToString(await openapi(routes)));

// The events' payloads are schemas too; as components of an empty description they become types of their own.
const { components, events } = await read("events.json");
const payloads = Object.fromEntries(Object.entries(events).map(([name, { payload }]) => [name.replaceAll(".", "_"), payload]));
const description = {
  openapi: "3.1.0",
  info: { title: "events", version: "1" },
  paths: {},
  components: { schemas: { ...components.schemas, ...payloads } },
};
await writeFile(new URL("events.d.ts", out), astToString(await openapi(description)));
