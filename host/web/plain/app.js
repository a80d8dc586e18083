// A copy of the studio's state, kept by patches, and a view of it. The token lives in this module and nowhere else.

const LOG_LINES = 200;
const LONGEST_PAUSE_MS = 5000;

const byId = (id) => document.getElementById(id);
let token = takeToken();
let socket = null;
let state = {};
let seq = 0;
let resyncing = false;
let requests = 0;
let pause = 250;
let drawing = false;

// The fragment is sent to nobody; the address bar and the history shall not keep it either.
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get("token");
  if (location.hash) history.replaceState(null, "", location.pathname);
  return found;
}

// JSON merge patch, RFC 7396.
function merge(target, patch) {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const merged = target !== null && typeof target === "object" && !Array.isArray(target) ? target : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else Object.defineProperty(merged, name, { value: merge(Object.hasOwn(merged, name) ? merged[name] : undefined, value), configurable: true, enumerable: true, writable: true });
  }
  return merged;
}

function say(kind, text) {
  byId("connection").dataset.state = kind;
  byId("connection").textContent = text;
}

function connect() {
  say("opening", "Connecting");
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  socket.onopen = () => {
    if (token) show();
    else byId("unlock").hidden = false;
  };
  socket.onmessage = ({ data }) => hear(JSON.parse(data));
  socket.onclose = ({ code }) => {
    resyncing = false;
    // 1008: the token was refused or is missing. Trying again would not help.
    if (code === 1008) {
      say("lost", "A token is needed. Open the link that the server printed, or enter its token.");
      byId("unlock").hidden = false;
      return;
    }
    say("lost", "Connection lost. Trying again");
    setTimeout(connect, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  };
}

function show() {
  socket.send(JSON.stringify({ type: "auth", token }));
}

function hear(message) {
  if (message.type === "response" && message.id === "handshake") {
    state = message.payload;
    seq = message.seq;
    resyncing = false;
    pause = 250;
    byId("unlock").hidden = true;
    say("open", "Connected");
    byId("log").replaceChildren();
    for (const entry of Object.values(state.logs ?? {})) log(entry);
  } else if (message.type === "response") {
    if (message.status === "error") log({ level: "error", tag: "page", message: message.payload?.error ?? "refused" });
    return;
  } else if (message.type === "event") {
    if (resyncing || message.seq <= seq) return;
    if (message.seq !== seq + 1) {
      resyncing = true;
      socket.send(JSON.stringify({ type: "resync" }));
      return;
    }
    seq = message.seq;
    state = merge(state, message.patch);
    if (message.event === "log.entry") log(message.payload.entry);
  }
  if (!drawing) {
    drawing = true;
    requestAnimationFrame(draw);
  }
}

function request(method, path) {
  requests += 1;
  socket.send(JSON.stringify({ type: "request", id: `page-${requests}`, method, path }));
}

// Elements are kept while their panel lives, so that focus stays where it is.
function draw() {
  drawing = false;
  const list = byId("panels");
  const kept = new Map([...list.children].map((item) => [item.dataset.panel, item]));
  const active = new Set(Object.values(state.active_panels ?? {}));
  for (const panel of Object.values(state.panels ?? {})) {
    const item = kept.get(panel.instanceId) ?? list.appendChild(newPanel(panel.instanceId));
    kept.delete(panel.instanceId);
    const [title, what, button] = item.children;
    title.textContent = panel.title;
    what.textContent = `${panel.type} ${panel.bank}: ${panel.preset || "no preset"}`;
    const on = active.has(panel.instanceId);
    button.setAttribute("aria-pressed", String(on));
    button.setAttribute("aria-label", `${panel.title} receives MIDI`);
    button.textContent = on ? "Active" : "Inactive";
  }
  for (const item of kept.values()) item.remove();
}

function newPanel(id) {
  const item = document.createElement("li");
  item.dataset.panel = id;
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", () => {
    const verb = button.getAttribute("aria-pressed") === "true" ? "deactivate" : "activate";
    request("POST", `/api/panels/${encodeURIComponent(id)}/${verb}`);
  });
  item.append(document.createElement("strong"), document.createElement("span"), button);
  return item;
}

function log(entry) {
  const list = byId("log");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
  const line = document.createElement("li");
  line.dataset.level = entry.level ?? "info";
  line.textContent = `${entry.tag}: ${entry.message}`;
  list.append(line);
  while (list.children.length > LOG_LINES) list.firstElementChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

// The other page needs the token too, and gets it where nobody else sees it.
byId("pipeline").addEventListener("click", (event) => {
  if (token) event.currentTarget.hash = new URLSearchParams({ token }).toString();
});

byId("unlock").addEventListener("submit", (event) => {
  event.preventDefault();
  token = byId("token").value.trim();
  byId("token").value = "";
  if (socket.readyState === WebSocket.OPEN) show();
  else connect();
});

connect();
