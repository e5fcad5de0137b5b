/** A plan too large for elements, drawn on two canvases: edges below, nodes above. What changes is drawn over what stands, so that an event
 *  costs one box and its edges, however large the plan. The colours are those of the stylesheet. */

import type { LiveStep } from "../execution/fold";
import { type Edge, type Layout, NODE, type Point } from "./layout";
import { isSeen, place, type Scene, type View } from "./scene";

type Context = CanvasRenderingContext2D;
export type Group = "" | "done" | "await" | "on" | "path";

export interface Looks {
  scene: Scene;
  view: View;
  rtl: boolean;
  down: boolean;
  nodes: boolean; // else they are elements, near enough to be read
  path: ReadonlySet<string> | undefined;
}

/** The colour of an edge says how the step stands to which it leads. */
export const groupOf = (status: string | undefined, critical: boolean): Group =>
  critical ? "path" : status === "running" || status === "retrying" ? "on" : status === "gate" || status === "unknown" ? "await" : status === "completed" ? "done" : "";

const GROUPS: readonly Group[] = ["", "done", "await", "on", "path"];
const SVG = "http://www.w3.org/2000/svg";
const QUIET = new Set(["pending", "cancelled", "skipped"]);

export class Sketch {
  #plan: Layout;
  #into = new Map<string, Edge[]>();
  #looks: Looks | undefined;
  #steps: readonly LiveStep[] = [];
  #colours = new Map<string, { fill: string; border: string }>();
  #strokes = new Map<Group, string>();
  #edges: HTMLCanvasElement;
  #nodes: HTMLCanvasElement;

  constructor(plan: Layout, edges: HTMLCanvasElement, nodes: HTMLCanvasElement) {
    this.#plan = plan;
    [this.#edges, this.#nodes] = [edges, nodes];
    for (const edge of plan.edges) this.#into.set(edge.to, [...(this.#into.get(edge.to) ?? []), edge]);
  }

  /** All of it, as after a scroll; `fresh` reads the colours anew, as after a change of theme. */
  whole(steps: readonly LiveStep[], looks: Looks, fresh = false): void {
    if (fresh) {
      this.#colours.clear();
      this.#strokes.clear();
    }
    [this.#steps, this.#looks] = [steps, looks];
    const [edges, nodes] = [this.#begin(this.#edges), this.#begin(this.#nodes)];
    const groups = new Map<Group, Edge[]>(GROUPS.map((group) => [group, []]));
    const status = new Map(steps.map((step) => [step.id, step.status]));
    for (const edge of this.#plan.edges) if (this.#crosses(edge)) groups.get(this.#groupOf(edge, status.get(edge.to)))!.push(edge);
    for (const [group, found] of groups) this.#stroke(edges, group, found);
    if (looks.nodes) for (const step of steps) this.#node(nodes, step);
  }

  /** Only what is not as it was. */
  changes(steps: readonly LiveStep[]): void {
    const before = this.#steps;
    if (!this.#looks) return;
    if (before.length !== steps.length) return this.whole(steps, this.#looks);
    this.#steps = steps;
    const [edges, nodes] = [this.#edges.getContext("2d")!, this.#nodes.getContext("2d")!];
    const groups = new Map<Group, Edge[]>();
    for (let at = 0; at < steps.length; at++) {
      const step = steps[at]!;
      if (step === before[at] || step.status === before[at]!.status) continue;
      for (const edge of this.#into.get(step.id) ?? []) {
        if (!this.#crosses(edge)) continue;
        const group = this.#groupOf(edge, step.status);
        groups.set(group, [...(groups.get(group) ?? []), edge]);
      }
      if (this.#looks.nodes) this.#node(nodes, step);
    }
    for (const [group, found] of groups) this.#stroke(edges, group, found);
  }

  #groupOf(edge: Edge, status: string | undefined): Group {
    const path = this.#looks!.path;
    return groupOf(status, path !== undefined && path.has(edge.from) && path.has(edge.to));
  }

  /** An empty canvas of the box's size, at the screen's own resolution. */
  #begin(canvas: HTMLCanvasElement): Context {
    const { view } = this.#looks!;
    const [width, height] = [Math.round(view.width * devicePixelRatio), Math.round(view.height * devicePixelRatio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const context = canvas.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  #crosses(edge: Edge): boolean {
    const { scene, view } = this.#looks!;
    const [from, to] = [place(edge.points[0]!, scene), place(edge.points.at(-1)!, scene)];
    return (
      Math.min(from.x, to.x) < view.left + view.width && Math.max(from.x, to.x) > view.left && Math.min(from.y, to.y) < view.top + view.height && Math.max(from.y, to.y) > view.top
    );
  }

  #stroke(context: Context, group: Group, edges: readonly Edge[]): void {
    if (edges.length === 0) return;
    const { scene, view, rtl, down } = this.#looks!;
    const [k, x, y] = [devicePixelRatio, scene.x - view.left, scene.y - view.top];
    context.setTransform(k * scene.zoom * (rtl ? -1 : 1), 0, 0, k * scene.zoom, k * (rtl ? view.width - x : x), k * y);
    // Far off, thousands of lines of full width would be one grey.
    const width = group === "path" ? 2 : 1.5 * Math.min(1, Math.max(0.25, scene.zoom * 2.2));
    context.lineWidth = width / scene.zoom;
    context.strokeStyle = this.#strokeOf(group);
    context.beginPath();
    for (const edge of edges) trace(context, edge.points, down);
    context.stroke();
  }

  #node(context: Context, step: LiveStep): void {
    const { scene, view, rtl, path } = this.#looks!;
    const at = this.#plan.at.get(step.id);
    if (!at || !isSeen(at, scene, view)) return;
    const from = place(at, scene);
    const [width, height] = [NODE.width * scene.zoom, NODE.height * scene.zoom];
    const x = rtl ? view.width - (from.x - view.left) - width : from.x - view.left;
    const colours = this.#colourOf(step.status);
    const { fill, border } = path?.has(step.id) ? { ...colours, border: this.#strokeOf("path") } : colours;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(x - 1, from.y - view.top - 1, width + 2, height + 2);
    context.beginPath();
    context.roundRect(x + 0.5, from.y - view.top + 0.5, width - 1, height - 1, Math.min(3, height / 4));
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = border;
    context.setLineDash(QUIET.has(step.status) ? [2, 2] : []);
    context.stroke();
    context.setLineDash([]);
    if (step.status === "failed") cross(context, x + width / 2, from.y - view.top + height / 2, Math.min(width, height) / 4, border);
  }

  #colourOf(status: string): { fill: string; border: string } {
    let found = this.#colours.get(status);
    if (!found) {
      const box = document.createElement("i");
      box.className = "st node-small";
      box.dataset.s = status;
      const { backgroundColor, borderTopColor } = this.#styleOf(box, box);
      this.#colours.set(status, (found = { fill: backgroundColor, border: borderTopColor }));
    }
    return found;
  }

  #strokeOf(group: Group): string {
    let found = this.#strokes.get(group);
    if (found === undefined) {
      const [box, path] = [document.createElementNS(SVG, "svg"), document.createElementNS(SVG, "path")];
      box.setAttribute("class", "edges");
      path.setAttribute("class", group);
      box.append(path);
      this.#strokes.set(group, (found = this.#styleOf(box, path).stroke));
    }
    return found;
  }

  /** What the stylesheet makes of `inner`, standing in `box` for a moment. */
  #styleOf(box: Element, inner: Element): { backgroundColor: string; borderTopColor: string; stroke: string } {
    this.#nodes.after(box);
    const { backgroundColor, borderTopColor, stroke } = getComputedStyle(inner);
    box.remove();
    return { backgroundColor, borderTopColor, stroke };
  }
}

function cross(context: Context, x: number, y: number, arm: number, colour: string): void {
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.lineWidth = 1.5;
  context.strokeStyle = colour;
  context.stroke();
}

/** The same curve as `curve` in layout.ts, without its text. */
function trace(context: Context, points: readonly Point[], down: boolean): void {
  const [first, ...rest] = points as [Point, ...Point[]];
  context.moveTo(first.x, first.y);
  let last = first;
  for (const next of rest) {
    const [bx, by] = down ? [0, (next.y - last.y) / 2] : [(next.x - last.x) / 2, 0];
    context.bezierCurveTo(last.x + bx, last.y + by, next.x - bx, next.y - by, next.x, next.y);
    last = next;
  }
}
