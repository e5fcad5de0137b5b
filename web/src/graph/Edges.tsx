/** The edges of a plan that is small enough for elements: all of one colour are one path. */

import { memo, useMemo } from "react";

import type { LiveStep } from "../execution/fold";
import { useWords } from "../i18n";
import { curve, type Layout } from "./layout";
import type { Scene } from "./scene";
import { type Group, groupOf } from "./sketch";

const GROUPS: readonly Group[] = ["", "done", "await", "on", "path"];

interface Props {
  plan: Layout;
  steps: readonly LiveStep[];
  scene: Scene;
  down: boolean;
  path: ReadonlySet<string> | undefined;
}

export const Edges = memo(function Edges({ plan, steps, scene, down, path }: Props) {
  const { rtl } = useWords();
  const curves = useMemo(() => plan.edges.map((edge) => curve(edge.points, down)), [plan, down]);
  const status = new Map(steps.map((step) => [step.id, step.status]));
  const groups: Partial<Record<Group, string>> = {};
  plan.edges.forEach((edge, place) => {
    const group = groupOf(status.get(edge.to), (path?.has(edge.from) && path.has(edge.to)) ?? false);
    groups[group] = (groups[group] ?? "") + curves[place];
  });
  return (
    <svg aria-hidden className="edges absolute start-0 top-0" width={scene.width} height={scene.height}>
      <g transform={`${rtl ? `translate(${scene.width},0) scale(-1,1) ` : ""}translate(${scene.x},${scene.y}) scale(${scene.zoom})`}>
        {GROUPS.map((group) => groups[group] && <path key={group} className={group} d={groups[group]} vectorEffect="non-scaling-stroke" />)}
      </g>
    </svg>
  );
});
