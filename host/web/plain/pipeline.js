// A running pipeline, looked at twice a second. The token lives in this module and nowhere else.

const LOOK_MS = 500;
const RETRY_MS = 2000;

const byId = (id) => document.getElementById(id);
let token = takeToken();
// What the picture was drawn of: another graph is fetched anew.
let drawn = "";

// The fragment is sent to nobody; the address bar and the history shall not keep it either.
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname);
  return found;
}

function say(kind, text) {
  if (byId("connection").textContent === text) return;
  byId("connection").dataset.state = kind;
  byId("connection").textContent = text;
}

const headers = () => (token ? { authorization: `Bearer ${token}` } : {});

async function look() {
  let pause = LOOK_MS;
  try {
    const answer = await fetch("/api/pipeline", { headers: headers() });
    if (answer.status === 401) {
      say("lost", "A token is needed. Open the link that was printed, or enter its token.");
      byId("unlock").hidden = false;
      return;
    }
    if (!answer.ok) throw new Error((await answer.json()).error);
    const status = await answer.json();
    byId("unlock").hidden = true;
    show(status);
    const graph = JSON.stringify([status.tasks.map((task) => [task.name, task.kind]), status.streams.map((stream) => stream.name)]);
    if (graph !== drawn) {
      await draw();
      drawn = graph;
    }
  } catch (error) {
    say("lost", error instanceof TypeError ? "The pipeline has ended, or cannot be reached." : error.message);
    pause = RETRY_MS;
  }
  setTimeout(look, pause);
}

// The picture is parsed, not set as markup, and what could act is left out. Its styles are its own: in a tree of its own they
// reach nothing else, and as a sheet they are no inline style, which the page does not allow.
async function draw() {
  const answer = await fetch("/api/pipeline.svg", { headers: headers() });
  if (!answer.ok) return;
  const parsed = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg") return;
  const sheet = new CSSStyleSheet();
  const styles = [...parsed.querySelectorAll("style")].map((style) => style.textContent);
  sheet.replaceSync([...styles, "svg { display: block; height: auto; max-width: 100%; }"].join("\n"));
  for (const active of parsed.querySelectorAll("script, style, foreignObject")) active.remove();
  const tree = byId("graph").shadowRoot ?? byId("graph").attachShadow({ mode: "open" });
  tree.adoptedStyleSheets = [sheet];
  tree.replaceChildren(document.importNode(parsed, true));
}

const count = (value) => new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 }).format(value);
const percent = (share) => `${Math.round(100 * share)} %`;

function micros(value) {
  if (value < 1000) return `${Math.round(value)} µs`;
  return value < 1e6 ? `${(value / 1e3).toPrecision(3)} ms` : `${(value / 1e6).toPrecision(3)} s`;
}

const STATES = { running: "Running", stopping: "Stopping", ended: "Ended", failed: "Failed" };

function show(status) {
  byId("name").textContent = status.name;
  document.title = `${status.name} · Ripieno`;
  say(status.state === "failed" ? "lost" : "open", STATES[status.state] ?? status.state);
  byId("about").textContent = `process ${status.pid}, ${status.uptime_secs.toFixed(0)} s`;
  rows("streams", status.streams, (stream) => [
    stream.name,
    `${stream.spec.dtype} [${stream.spec.shape.join(", ")}]`,
    { pressure: stream.fill },
    count(stream.frames_per_sec),
    count(stream.bytes_per_sec),
    count(stream.published),
    count(stream.dropped),
    count(stream.readers.reduce((missed, reader) => missed + reader.missed, 0)),
  ]);
  rows("tasks", status.tasks, (task) => [
    task.name,
    task.kind ?? "function",
    task.error ? `${task.state}: ${task.error}` : task.state,
    percent(task.wait_share),
    task.cpu.toFixed(2),
    String(task.restarts),
    Object.entries(task.gauges).map(([name, value]) => `${name} ${Number(value.toFixed(1))}`).join(", "),
  ]);
  rows("ends", status.ends.filter((end) => end.latency.count > 0), (end) => [
    end.sink,
    ...[end.latency.p50_us, end.latency.p99_us, end.latency.p999_us, end.latency.max_us].map(micros),
  ]);
}

// Cells are kept while their row lives, so that a reader's place stays where it is.
function rows(id, items, cells) {
  const body = byId(id);
  while (body.rows.length > items.length) body.deleteRow(-1);
  items.forEach((item, nth) => {
    const row = body.rows[nth] ?? body.insertRow();
    cells(item).forEach((value, at) => cell(row, at, value));
  });
}

function cell(row, at, value) {
  let cell = row.cells[at];
  if (!cell) {
    cell = row.appendChild(document.createElement(at === 0 ? "th" : "td"));
    if (at === 0) cell.scope = "row";
  }
  if (typeof value === "string") {
    if (cell.textContent !== value) cell.textContent = value;
    return;
  }
  // A bar and its number: what the colour says, the number says too.
  if (!cell.firstElementChild) cell.append(document.createElement("meter"), document.createElement("span"));
  const [meter, text] = cell.children;
  Object.assign(meter, { min: 0, max: 1, low: 0.5, high: 0.9, optimum: 0, value: value.pressure });
  meter.setAttribute("aria-hidden", "true");
  text.textContent = ` ${percent(value.pressure)}`;
}

byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value.trim();
  byId("token").value = "";
  look();
});

look();
