/** From the plan's coordinates to the box that shows a part of it. Everything counts from the inline start, so that right-to-left mirrors. Pure. */

import { type Layout, NODE, type Point } from "./layout";

const PAD = 22;

/** What the box shows of the whole, in pixels from its inline start. */
export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Scene {
  zoom: number;
  x: number; // where the plan begins
  y: number;
  width: number; // of the whole, at least that of the box
  height: number;
}

/** A plan smaller than its box stands in the middle of it. */
export function scene(plan: Layout, zoom: number, view: View): Scene {
  const [width, height] = [plan.width * zoom, plan.height * zoom];
  return {
    zoom,
    x: Math.max(PAD, (view.width - width) / 2),
    y: Math.max(PAD, (view.height - height) / 2),
    width: Math.max(width + 2 * PAD, view.width),
    height: Math.max(height + 2 * PAD, view.height),
  };
}

/** The zoom at which all of it is seen, or all of one direction. */
export function fitting(plan: Layout, view: View, down: boolean): number {
  const across = (view.width - 2 * PAD) / plan.width;
  return down ? across : Math.min(across, (view.height - 2 * PAD) / plan.height);
}

export const place = (at: Point, { x, y, zoom }: Scene): Point => ({ x: x + at.x * zoom, y: y + at.y * zoom });

export function isSeen(at: Point, scene: Scene, view: View, spare = 0): boolean {
  const { x, y } = place(at, scene);
  const [width, height] = [NODE.width * scene.zoom, NODE.height * scene.zoom];
  return x < view.left + view.width + spare && x + width > view.left - spare && y < view.top + view.height + spare && y + height > view.top - spare;
}

/** The step under a point of the box; `reach` pixels beside it count too, since a far node is small. */
export function hit(plan: Layout, scene: Scene, view: View, point: Point, reach = 2): string | undefined {
  const x = (point.x + view.left - scene.x) / scene.zoom;
  const y = (point.y + view.top - scene.y) / scene.zoom;
  const near = reach / scene.zoom;
  for (const [id, at] of plan.at) if (x >= at.x - near && x <= at.x + NODE.width + near && y >= at.y - near && y <= at.y + NODE.height + near) return id;
  return undefined;
}

export type Direction = "before" | "after" | "up" | "down";

/** The nearest step that way, straight on before aslant. */
export function neighbour(plan: Layout, from: string, to: Direction): string | undefined {
  const start = plan.at.get(from);
  if (!start) return undefined;
  let [found, least] = [undefined as string | undefined, Infinity];
  for (const [id, at] of plan.at) {
    const [dx, dy] = [at.x - start.x, at.y - start.y];
    const [on, aside] = to === "after" ? [dx, dy] : to === "before" ? [-dx, dy] : to === "down" ? [dy, dx] : [-dy, dx];
    const far = on + 2 * Math.abs(aside);
    if (on > 1 && far < least) [found, least] = [id, far];
  }
  return found;
}
