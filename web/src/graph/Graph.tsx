/** The plan as a graph. Time runs with the reading direction. A small plan is made of elements; a large one is drawn on a canvas, and its
 *  steps become elements where they are near enough to be read. The arrow keys go from step to step. A picture for the eye: the timeline
 *  beside it is the table that says the same. */

import { Maximize2, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, memo, type PointerEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { LiveStep } from "../execution/fold";
import type { Span } from "../execution/timing";
import { useWords } from "../i18n";
import { between } from "../ui/units";
import { Card } from "./Card";
import { Edges } from "./Edges";
import { Mark, Tip } from "./Far";
import { type Layout, layout, NODE, SMALL_PLAN } from "./layout";
import { Picture } from "./Picture";
import { type Direction, fitting, hit, isSeen, neighbour, place, scene as sceneOf, type View } from "./scene";

const READABLE = 0.45; // the zoom below which the text of a step could not be read
const AROUND = 120; // pixels outside the view in which steps are elements already

interface Props {
  steps: readonly LiveStep[];
  selected?: string | undefined;
  onSelect: (id: string) => void;
  down?: boolean;
  path?: ReadonlySet<string>;
  spans?: ReadonlyMap<string, Span>; // without the waiting for people
}

export default memo(function Graph({ steps, selected, onSelect, down = false, path, spans }: Props) {
  const { t, rtl } = useWords();
  const plan = usePlan(steps, down);
  const large = steps.length > SMALL_PLAN;
  const { box, view, look, zoom, setZoom, fit } = useView(plan, down, large);
  const scene = useMemo(() => sceneOf(plan, zoom, view), [plan, zoom, view.width, view.height]);
  const far = large && zoom < READABLE;
  const [under, setUnder] = useState<string>();
  const [current, setCurrent] = useState<string>();
  const by = useMemo(() => new Map(steps.map((step) => [step.id, step])), [steps]);

  // The step that works or waits comes into view by itself.
  const active = steps.find((step) => step.status === "gate" || step.status === "running")?.id;
  useEffect(() => {
    const at = active && plan.at.get(active);
    const shown = box.current;
    if (!at || !shown || large) return;
    const { x, y } = place(at, scene);
    const left = Math.max(0, x + (NODE.width * zoom) / 2 - shown.clientWidth / 2);
    shown.scrollTo({ left: rtl ? -left : left, top: Math.max(0, y + (NODE.height * zoom) / 2 - shown.clientHeight / 2) });
  }, [active, plan, rtl]);

  const found = (pointer: { clientX: number; clientY: number }): string | undefined => {
    const edge = box.current!.getBoundingClientRect();
    return hit(plan, scene, view, { x: rtl ? edge.right - pointer.clientX : pointer.clientX - edge.left, y: pointer.clientY - edge.top });
  };
  const pick = useCallback(
    (id: string): void => {
      setCurrent(id);
      onSelect(id);
    },
    [onSelect],
  );
  const move = (key: KeyboardEvent): void => {
    const from = (key.target as HTMLElement).dataset.node;
    const way = from === undefined ? undefined : direction(key.key, rtl);
    if (!way) return;
    key.preventDefault();
    const to = neighbour(plan, from!, way);
    if (to === undefined) return;
    setCurrent(to);
    bring(box.current!, place(plan.at.get(to)!, scene), zoom, rtl);
    // It becomes an element with the next drawing, when the box has scrolled.
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(to)}"]`)?.focus({ preventScroll: true }));
  };

  const near = far ? [] : steps.filter((step) => isSeen(plan.at.get(step.id)!, scene, view, AROUND));
  const standing = current !== undefined && by.has(current) ? current : (selected ?? active ?? steps[0]?.id);
  const marks = far ? [...new Set([standing, selected])].flatMap((id) => (id === undefined ? [] : (by.get(id) ?? []))) : [];
  const told = far && under !== undefined ? by.get(under) : undefined;
  return (
    <>
      <div
        ref={box}
        onScroll={look}
        onKeyDown={move}
        onPointerMove={far ? (pointer: PointerEvent) => setUnder(found(pointer)) : undefined}
        onPointerLeave={far ? () => setUnder(undefined) : undefined}
        onClick={(click) => {
          const id = far ? found(click) : undefined;
          if (id !== undefined) pick(id);
        }}
        className={`absolute inset-0 overflow-auto ${told ? "cursor-pointer" : ""}`}
        data-graph={far ? "far" : "near"}
        tabIndex={0}
        role="group"
        aria-label={t("graph")}
        aria-description={t("graphKeys")}
      >
        <div className="relative" style={{ inlineSize: scene.width, blockSize: scene.height }}>
          {large ? <Picture plan={plan} steps={steps} scene={scene} view={view} down={down} nodes={far} path={path} /> : <Edges plan={plan} steps={steps} scene={scene} down={down} path={path} />}
          {near.map((step) => {
            const { x, y } = place(plan.at.get(step.id)!, scene);
            return <Card key={step.id} step={step} x={x} y={y} zoom={zoom} selected={step.id === selected} critical={path?.has(step.id) ?? false} took={step.finishedAt ? took(step, spans) : undefined} onSelect={pick} />;
          })}
          {marks.map((step) => (
            <Mark key={step.id} step={step} at={plan.at.get(step.id)!} scene={scene} selected={step.id === selected} reachable={step.id === standing} onSelect={pick} />
          ))}
        </div>
      </div>
      {told && <Tip step={told} at={plan.at.get(told.id)!} scene={scene} view={view} />}
      <Zoom zoom={zoom} setZoom={setZoom} fit={fit} />
    </>
  );
});

function Zoom({ zoom, setZoom, fit }: { zoom: number; setZoom: (zoom: number) => void; fit: () => void }) {
  const { t } = useWords();
  const acts = [
    [Plus, () => setZoom(Math.min(1.5, zoom * 1.25)), t("zoomIn")],
    [Minus, () => setZoom(Math.max(0.1, zoom / 1.25)), t("zoomOut")],
    [Maximize2, fit, t("fit")],
  ] as const;
  return (
    <div className="card absolute bottom-2.5 end-2.5 z-10 flex p-0.5">
      {acts.map(([Icon, act, label]) => (
        <button key={label} type="button" aria-label={label} title={label} onClick={act} className="grid size-7 place-items-center rounded-sm text-fg-2 hover:bg-hover">
          <Icon size={14} aria-hidden />
        </button>
      ))}
    </div>
  );
}

/** Laid out anew only when a step or a dependency has come or gone. */
function usePlan(steps: readonly LiveStep[], down: boolean): Layout {
  const last = useRef<{ steps: readonly LiveStep[]; down: boolean; plan: Layout }>(null);
  const before = last.current;
  const sameShape = before?.down === down && before.steps.length === steps.length && steps.every((step, at) => step === before.steps[at] || shapeOf(step) === shapeOf(before.steps[at]!));
  const plan = sameShape ? before!.plan : layout(steps, down);
  last.current = { steps, down, plan };
  return plan;
}

const shapeOf = (step: LiveStep): string => `${step.id}<${step.dependsOn.join()}`;

/** What of the plan the box shows, and how large. */
function useView(plan: Layout, down: boolean, large: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [view, setView] = useState<View>({ left: 0, top: 0, width: 1200, height: 300 });
  /** Scrolling in a right-to-left box counts down from 0; in plan coordinates it is mirrored back. */
  const look = useCallback((): void => {
    const shown = box.current!;
    const now = { left: Math.abs(shown.scrollLeft), top: shown.scrollTop, width: shown.clientWidth, height: shown.clientHeight };
    setView((old) => (old.left === now.left && old.top === now.top && old.width === now.width && old.height === now.height ? old : now));
  }, []);
  const fit = useCallback((): void => {
    const shown = box.current!;
    const whole = fitting(plan, { left: 0, top: 0, width: shown.clientWidth, height: shown.clientHeight }, down);
    setZoom(Math.max(large ? 0.12 : 0.72, Math.min(1, whole)));
  }, [plan, down, large]);
  useLayoutEffect(fit, [fit]);
  useLayoutEffect(look, [zoom, plan, look]);
  useEffect(() => {
    const watch = new ResizeObserver(() => {
      fit();
      look();
    });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [fit, look]);
  return { box, view, look, zoom, setZoom, fit };
}

function took(step: LiveStep, spans: ReadonlyMap<string, Span> | undefined): number | undefined {
  const span = spans?.get(step.id);
  return span ? span.end - span.start : step.startedAt ? between(step.startedAt, step.finishedAt) : undefined;
}

/** Which way of the graph an arrow key goes. */
function direction(key: string, rtl: boolean): Direction | undefined {
  const ways: Record<string, Direction> = { ArrowDown: "down", ArrowUp: "up", [rtl ? "ArrowLeft" : "ArrowRight"]: "after", [rtl ? "ArrowRight" : "ArrowLeft"]: "before" };
  return ways[key];
}

/** Scroll as little as needed until the step is seen. */
function bring(box: HTMLElement, at: { x: number; y: number }, zoom: number, rtl: boolean): void {
  const spare = 24;
  const left = Math.abs(box.scrollLeft);
  const [width, height] = [NODE.width * zoom + spare, NODE.height * zoom + spare];
  const x = at.x - spare < left ? at.x - spare : at.x + width > left + box.clientWidth ? at.x + width - box.clientWidth : left;
  const y = at.y - spare < box.scrollTop ? at.y - spare : at.y + height > box.scrollTop + box.clientHeight ? at.y + height - box.clientHeight : box.scrollTop;
  box.scrollTo({ left: rtl ? -x : x, top: y });
}
