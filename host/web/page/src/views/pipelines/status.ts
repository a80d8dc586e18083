// What a running pipeline says of itself: `GET /api/pipeline`, version 1, and `GET /api/pipeline/tasks`.

export type Value = boolean | number | string | number[];

export interface Latency {
  p50_us: number;
  p99_us: number;
  p999_us: number;
  max_us: number;
  count: number;
}

export interface Reader {
  task: string;
  port: string;
  policy: string;
  behind: number;
  missed: number;
  latency: Latency;
}

export interface Stream {
  name: string;
  spec: { dtype: string; shape: number[]; rate_hz: number | null };
  writer: string | null;
  frames: number;
  fill: number;
  published: number;
  frames_per_sec: number;
  bytes_per_sec: number;
  dropped: number;
  ended: boolean;
  readers: Reader[];
}

export type TaskState = "starting" | "idle" | "running" | "restarting" | "ended" | "failed";

export interface Task {
  name: string;
  kind: string | null;
  state: TaskState;
  placement: string;
  pid: number;
  frames_in: number;
  frames_out: number;
  wait_share: number;
  cpu: number;
  rss_bytes: number;
  restarts: number;
  error: string | null;
  notice: string | null;
  gauges: Record<string, number>;
  params: Record<string, Value>;
}

export interface Status {
  name: string;
  pid: number;
  uptime_secs: number;
  state: "running" | "stopping" | "ended" | "failed";
  streams: Stream[];
  tasks: Task[];
  events: { name: string; pending: number }[];
}

/** What is chosen to look at. */
export type Chosen = { type: "task" | "stream"; name: string };

/** What makes another picture necessary, in a word: names and ties, not figures, nor guests who come and go. */
export function wiring({ streams, tasks }: Status): string {
  const names = tasks.map(({ name }) => name);
  const bound = (readers: Reader[]) => readers.filter(({ task }) => names.includes(task)).map(({ task, port }) => [task, port]);
  return JSON.stringify([names, streams.map(({ name, writer, readers }) => [name, writer, bound(readers)])]);
}
