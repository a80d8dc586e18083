// Where the tasks and streams of a graph lie in its picture. Streams are nodes too: what flows is looked at as often as what
// makes it flow.

import { Graph, layout } from "@dagrejs/dagre";
import type { Chosen, Reader, Status } from "./status";

export interface Node extends Chosen {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Tie {
  id: string;
  path: string;
  /** In the middle of it. */
  at: { x: number; y: number };
  /** Who reads there; nobody where a task writes. */
  reader?: { stream: string; port: string; task: string };
}

export interface Picture {
  nodes: Node[];
  ties: Tie[];
  width: number;
  height: number;
}

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const SIZE = { task: { width: 148, height: 56 }, stream: { width: 136, height: 54 } };
/** Of the room for a latency, in the middle of its line. */
export const LABEL = { width: 68, height: 20, labelpos: "c" } as const;

const idOf = ({ type, name }: Chosen) => `${type} ${name}`;

/** To the right if that fits into `room`, else downwards. */
export function picture(status: Pick<Status, "tasks" | "streams">, room: number): Picture {
  const wide = drawn(status, "LR");
  return wide.width <= room ? wide : drawn(status, "TB");
}

function drawn({ tasks, streams }: Pick<Status, "tasks" | "streams">, rankdir: "LR" | "TB"): Picture {
  const graph = new Graph<object, Place, { points: { x: number; y: number }[]; x?: number; y?: number }>({ multigraph: true });
  graph.setGraph({ rankdir, nodesep: 20, ranksep: 24, marginx: 12, marginy: 12 });
  const all: Chosen[] = [
    ...tasks.map(({ name }): Chosen => ({ type: "task", name })),
    ...streams.map(({ name }): Chosen => ({ type: "stream", name })),
  ];
  for (const one of all) graph.setNode(idOf(one), { x: 0, y: 0, ...SIZE[one.type] });
  const readers = new Map<string, Reader & { stream: string }>();
  for (const { name, writer, readers: of } of streams) {
    const stream = idOf({ type: "stream", name });
    if (writer !== null) graph.setEdge(idOf({ type: "task", name: writer }), stream, { points: [] });
    for (const reader of of) {
      const task = idOf({ type: "task", name: reader.task });
      // Guests of other programs are no tasks.
      if (!graph.hasNode(task)) continue;
      readers.set(`${stream} ${reader.port} ${task}`, { ...reader, stream: name });
      graph.setEdge(stream, task, { points: [], ...LABEL }, reader.port);
    }
  }
  layout(graph);
  const nodes = all.map((one) => ({ ...one, ...graph.node(idOf(one)) }));
  const ties = graph.edges().map((edge): Tie => {
    const { points, x, y } = graph.edge(edge);
    const id = `${edge.v} ${edge.name ?? ""} ${edge.w}`;
    const reader = readers.get(id);
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    return {
      id,
      path: points.map(({ x, y }, n) => `${n === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join(""),
      at: { x: x ?? middle.x, y: y ?? middle.y },
      ...(reader ? { reader: { stream: reader.stream, port: reader.port, task: reader.task } } : {}),
    };
  });
  const far = (end: (node: Node) => number) => Math.max(0, ...nodes.map(end)) + 12;
  return { nodes, ties, width: far(({ x, width }) => x + width / 2), height: far(({ y, height }) => y + height / 2) };
}

/** The node that lies next in the direction of an arrow key. */
export function next(nodes: Node[], from: Node, key: string): Node | undefined {
  const dx = Number(key === "ArrowRight") - Number(key === "ArrowLeft");
  const dy = Number(key === "ArrowDown") - Number(key === "ArrowUp");
  if (dx === 0 && dy === 0) return undefined;
  const cost = (node: Node) => {
    const [along, across] = [(node.x - from.x) * dx + (node.y - from.y) * dy, (node.x - from.x) * dy + (node.y - from.y) * dx];
    return along <= 1 ? Infinity : along + 2 * Math.abs(across);
  };
  const nearest = nodes.reduce((best, node) => (cost(node) < cost(best) ? node : best), from);
  return nearest === from ? undefined : nearest;
}
