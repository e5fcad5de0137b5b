/** Where the steps of a plan stand. Up to SMALL_PLAN steps by dagre, which keeps edges from crossing; above that in layers, in linear time
 *  (dagre takes 15 s for a thousand steps). */

import dagre from "@dagrejs/dagre";

export interface Shape {
  id: string;
  dependsOn: readonly string[];
}
export interface Point {
  x: number;
  y: number;
}
export interface Edge {
  from: string;
  to: string;
  points: Point[];
}
export interface Layout {
  width: number;
  height: number;
  at: Map<string, Point>; // the top left corner, time running to the right (or down)
  edges: Edge[];
}

export const NODE = { width: 148, height: 74 };
const GAP = { rank: 36, side: 14 };
export const SMALL_PLAN = 120; // steps

export function layout(shapes: readonly Shape[], down: boolean): Layout {
  return shapes.length <= SMALL_PLAN ? drawn(shapes, down) : layered(shapes, down);
}

function drawn(shapes: readonly Shape[], down: boolean): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: down ? "TB" : "LR", nodesep: GAP.side, ranksep: GAP.rank, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(shapes.map((shape) => shape.id));
  for (const shape of shapes) graph.setNode(shape.id, { ...NODE });
  for (const shape of shapes) for (const before of shape.dependsOn) if (known.has(before)) graph.setEdge(before, shape.id);
  dagre.layout(graph);
  const at = new Map(
    shapes.map((shape) => {
      const node = graph.node(shape.id);
      return [shape.id, { x: node.x! - NODE.width / 2, y: node.y! - NODE.height / 2 }];
    }),
  );
  const edges = graph.edges().map((edge) => {
    const inner = (graph.edge(edge).points ?? []).slice(1, -1);
    return { from: edge.v, to: edge.w, points: [port(at.get(edge.v)!, down, true), ...inner, port(at.get(edge.w)!, down, false)] };
  });
  const size = graph.graph();
  return { width: Math.max(NODE.width, size.width ?? 0), height: Math.max(NODE.height, size.height ?? 0), at, edges };
}

function layered(shapes: readonly Shape[], down: boolean): Layout {
  const layers = intoLayers(shapes);
  const at = new Map<string, Point>();
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const [along, across] = down ? [NODE.height + GAP.rank, NODE.width + GAP.side] : [NODE.width + GAP.rank * 2, NODE.height + GAP.side];
  layers.forEach((layer, rank) => {
    // A step stands as near as it can to the middle of those before it.
    const middle = (shape: Shape): number => {
      const before = shape.dependsOn.flatMap((id) => at.get(id) ?? []);
      return before.length > 0 ? before.reduce((sum, point) => sum + (down ? point.x : point.y), 0) / before.length : 0;
    };
    const order = layer.map((shape) => [middle(shape), shape] as const).sort((a, b) => a[0] - b[0]);
    const start = ((tallest - layer.length) / 2) * across;
    order.forEach(([, shape], row) => {
      const [main, side] = [rank * along, start + row * across];
      at.set(shape.id, down ? { x: side, y: main } : { x: main, y: side });
    });
  });
  const edges = shapes.flatMap((shape) =>
    shape.dependsOn.flatMap((before) => {
      const from = at.get(before);
      return from ? [{ from: before, to: shape.id, points: [port(from, down, true), port(at.get(shape.id)!, down, false)] }] : [];
    }),
  );
  const [main, side] = [layers.length * along - GAP.rank, tallest * across - GAP.side];
  return { width: down ? side : main, height: down ? main : side, at, edges };
}

/** Each step one layer after the last of those before it. */
function intoLayers(shapes: readonly Shape[]): Shape[][] {
  const shape = new Map(shapes.map((one) => [one.id, one]));
  const rank = new Map<string, number>();
  const open = shapes.map((one) => one.id).reverse();
  while (open.length > 0) {
    const id = open.at(-1)!;
    const before = shape.get(id)!.dependsOn.filter((one) => shape.has(one));
    const missing = before.filter((one) => !rank.has(one));
    if (!rank.has(id) && missing.length > 0) {
      open.push(...missing);
      continue;
    }
    rank.set(id, Math.max(-1, ...before.map((one) => rank.get(one)!)) + 1);
    open.pop();
  }
  const layers: Shape[][] = [];
  for (const one of shapes) (layers[rank.get(one.id)!] ??= []).push(one);
  return layers;
}

const port = (corner: Point, down: boolean, end: boolean): Point =>
  down
    ? { x: corner.x + NODE.width / 2, y: corner.y + (end ? NODE.height : 0) }
    : { x: corner.x + (end ? NODE.width : 0), y: corner.y + NODE.height / 2 };

/** A smooth line through the points, level where it leaves and arrives. */
export function curve(points: readonly Point[], down: boolean): string {
  const [first, ...rest] = points as [Point, ...Point[]];
  let path = `M${first.x},${first.y}`;
  let last = first;
  for (const next of rest) {
    const bend = down ? (next.y - last.y) / 2 : (next.x - last.x) / 2;
    path += down ? `C${last.x},${last.y + bend} ${next.x},${next.y - bend} ${next.x},${next.y}` : `C${last.x + bend},${last.y} ${next.x - bend},${next.y} ${next.x},${next.y}`;
    last = next;
  }
  return path;
}
