/** The plan as a graph. Time runs with the reading direction. Nodes outside the view are not in the page, and all edges of one state are
 *  one path, so that a thousand steps stay light. A picture for the eye: the timeline beside it is the table that says the same. */

import { Maximize2, Minus, Plus, RotateCcw } from "lucide-react";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { useWords } from "../i18n";
import { Code, Num, Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { between, duration } from "../ui/units";
import type { LiveStep } from "./fold";
import type { Span } from "./timing";
import { curve, layout, NODE, type Point } from "./layout";

const PAD = 22;
const COLOURED = 400; // edges; above that they keep one colour while work goes on, since drawing them all again costs many frames
const NONE: readonly LiveStep[] = [];
const SMALL = 0.45; // below this a node is a coloured box: its text could not be read

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
  const shape = steps.map((step) => `${step.id}<${step.dependsOn.join()}`).join(";");
  const plan = useMemo(() => layout(steps, down), [shape, down]);
  const box = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [view, setView] = useState({ left: 0, top: 0, width: 1200, height: 300 });
  const width = plan.width * zoom + 2 * PAD;
  const height = plan.height * zoom + 2 * PAD;

  /** Scrolling in a right-to-left box counts down from 0; in plan coordinates it is mirrored back. */
  const look = (): void => {
    const shown = box.current;
    if (shown) setView({ left: Math.abs(shown.scrollLeft), top: shown.scrollTop, width: shown.clientWidth, height: shown.clientHeight });
  };
  const fit = (): void => {
    const shown = box.current;
    if (!shown) return;
    const across = (shown.clientWidth - 2 * PAD) / plan.width;
    const whole = Math.min(across, (shown.clientHeight - 2 * PAD) / plan.height);
    setZoom(Math.max(steps.length > 60 ? 0.12 : 0.72, Math.min(1, down ? across : whole)));
  };
  useLayoutEffect(fit, [plan, down]);
  useEffect(look, [zoom, plan]);
  useEffect(() => {
    const watch = new ResizeObserver(() => {
      fit();
      look();
    });
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, [plan]);

  // The step that works or waits comes into view by itself.
  const active = steps.find((step) => step.status === "gate" || step.status === "running")?.id;
  useEffect(() => {
    const at = active && plan.at.get(active);
    const shown = box.current;
    if (!at || !shown || steps.length > 120) return;
    const left = Math.max(0, at.x * zoom + PAD + (NODE.width * zoom) / 2 - shown.clientWidth / 2);
    shown.scrollTo({ left: rtl ? -left : left, top: Math.max(0, at.y * zoom + PAD + NODE.height / 2 - shown.clientHeight / 2) });
  }, [active, plan, rtl]);

  const seen = (at: Point): boolean => {
    const [x, y] = [at.x * zoom + PAD, at.y * zoom + PAD];
    const spare = 200;
    return x < view.left + view.width + spare && x + NODE.width > view.left - spare && y < view.top + view.height + spare && y + NODE.height > view.top - spare;
  };

  return (
    <>
      <div ref={box} onScroll={look} className="absolute inset-0 overflow-auto" data-graph tabIndex={0} role="group" aria-label={t("graph")}>
        <div className="relative" style={{ inlineSize: Math.max(width, 1), blockSize: height, marginInline: "auto" }}>
          <Edges plan={plan} steps={plan.edges.length > COLOURED ? NONE : steps} zoom={zoom} width={width} height={height} down={down} path={plan.edges.length > COLOURED && path?.size === 0 ? undefined : path} />
          {steps.map((step) => {
            const at = plan.at.get(step.id);
            return at && seen(at) ? (
              <Node key={step.id} step={step} x={at.x * zoom + PAD} y={at.y * zoom + PAD} zoom={zoom} selected={step.id === selected} critical={path?.has(step.id) ?? false} took={step.finishedAt ? took(step, spans) : undefined} onSelect={onSelect} />
            ) : null;
          })}
        </div>
      </div>
      <div className="card absolute bottom-2.5 end-2.5 z-10 flex p-0.5">
        {(
          [
            [Plus, () => setZoom(Math.min(1.5, zoom * 1.25)), t("zoomIn")],
            [Minus, () => setZoom(Math.max(0.1, zoom / 1.25)), t("zoomOut")],
            [Maximize2, fit, t("fit")],
          ] as const
        ).map(([Icon, act, label]) => (
          <button key={label} type="button" aria-label={label} title={label} onClick={act} className="grid size-7 place-items-center rounded-sm text-fg-2 hover:bg-hover">
            <Icon size={14} aria-hidden />
          </button>
        ))}
      </div>
    </>
  );
});

function took(step: LiveStep, spans: ReadonlyMap<string, Span> | undefined): number | undefined {
  const span = spans?.get(step.id);
  return span ? span.end - span.start : step.startedAt ? between(step.startedAt, step.finishedAt) : undefined;
}

const GROUPS = ["", "done", "await", "on", "path"] as const;

interface EdgesProps {
  plan: ReturnType<typeof layout>;
  steps: readonly LiveStep[];
  zoom: number;
  width: number;
  height: number;
  down: boolean;
  path: ReadonlySet<string> | undefined;
}

const Edges = memo(function Edges({ plan, steps, zoom, width, height, down, path }: EdgesProps) {
  const { rtl } = useWords();
  const curves = useMemo(() => plan.edges.map((edge) => curve(edge.points, down)), [plan, down]);
  const status = new Map(steps.map((step) => [step.id, step.status as string]));
  const groups: Record<string, string> = {};
  plan.edges.forEach((edge, place) => {
    const to = status.get(edge.to);
    const critical = path?.has(edge.from) && path.has(edge.to);
    const group = critical ? "path" : to === "running" || to === "retrying" ? "on" : to === "gate" || to === "unknown" ? "await" : to === "completed" ? "done" : "";
    groups[group] = (groups[group] ?? "") + curves[place];
  });
  return (
    <svg aria-hidden className="edges absolute start-0 top-0" width={width} height={height}>
      <g transform={`${rtl ? `translate(${width},0) scale(-1,1) ` : ""}translate(${PAD},${PAD}) scale(${zoom})`}>
        {GROUPS.map((group) => groups[group] && <path key={group} className={group} d={groups[group]} vectorEffect="non-scaling-stroke" />)}
      </g>
    </svg>
  );
});

interface NodeProps {
  step: LiveStep;
  x: number;
  y: number;
  zoom: number;
  selected: boolean;
  critical: boolean;
  took: number | undefined;
  onSelect: (id: string) => void;
}

const Node = memo(function Node({ step, x, y, zoom, selected, critical, took, onSelect }: NodeProps) {
  const { t, status } = useWords();
  const label = `${step.title}, ${status(step.status)}`;
  const place = { insetInlineStart: x, insetBlockStart: y };
  if (zoom < SMALL)
    return (
      <button
        type="button"
        className="st node-small"
        data-s={step.status}
        data-node={step.id}
        data-sel={selected}
        aria-label={label}
        title={step.title}
        style={{ ...place, inlineSize: NODE.width * zoom, blockSize: NODE.height * zoom }}
        onClick={() => onSelect(step.id)}
      />
    );
  const told = step.status === "gate" || step.status === "retrying" || step.status === "skipped" || step.status === "unknown";
  return (
    <button
      type="button"
      className="st node"
      data-s={step.status}
      data-node={step.id}
      data-sel={selected}
      data-critical={critical}
      aria-label={label}
      style={{ ...place, position: "absolute", scale: String(zoom), transformOrigin: document.documentElement.dir === "rtl" ? "top right" : "top left" }}
      onClick={() => onSelect(step.id)}
    >
      <span className="flex w-full items-start gap-1.5">
        <span className="pt-px">
          <StatusIcon status={step.status} />
        </span>
        <span className="line-clamp-2 flex-1 text-[12.5px] leading-[16px] font-semibold">
          <Value text={step.title} />
        </span>
      </span>
      <span className="flex w-full items-center justify-between gap-1.5 text-2xs leading-4">
        {told ? <span className="node-told font-medium">{status(step.status)}</span> : <Code text={step.uses} className="truncate text-[10.5px]! text-fg-3" />}
        <span className="node-told flex shrink-0 items-center gap-1.5 font-medium">
          {step.attempt > 1 && (
            <span className="inline-flex items-center gap-0.5" title={t("attempt", { number: step.attempt })}>
              <RotateCcw size={10} aria-hidden />
              <Num text={String(step.attempt)} />
            </span>
          )}
          {step.items != null && <Num text={`${step.itemsDone}/${step.items}`} />}
          {took !== undefined ? <Num text={duration(took)} /> : step.status === "running" ? status("running") : null}
        </span>
      </span>
    </button>
  );
});
