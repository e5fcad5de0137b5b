/** When work was done: the time in which anything ran, what running in parallel saved, and which steps the end waited for. Waiting for a
 *  person is no work, also where it happens in the middle of a step. Pure. */

import { STEP_FINAL, type LiveStep } from "./fold";

export interface Span {
  start: number; // seconds of working time since the first start
  end: number;
}

export interface Timing {
  spans: Map<string, Span>;
  breaks: number[]; // where the clock of working time stood still, because everything waited
  total: number; // seconds in which something ran
  work: number; // seconds of all steps together
}

/** What the log says of waiting (a gate of a step opened or closed), and of how long a call took. */
export interface Told {
  kind: string;
  step: string;
  at: string;
  seconds?: number;
}

const IDLE = 1; // seconds without work from which on the axis leaves them out
const seconds = (iso: string): number => Date.parse(iso) / 1000;

// A step that has not changed is the same object: its times are read once, however often a thousand others change.
const read = new WeakMap<LiveStep, { start: number; end: number | undefined }>();

function times(step: LiveStep & { startedAt: string }): { start: number; end: number | undefined } {
  let found = read.get(step);
  if (!found) read.set(step, (found = { start: seconds(step.startedAt), end: step.finishedAt ? seconds(step.finishedAt) : undefined }));
  return found;
}

export function timing(steps: readonly LiveStep[], now: number, log: readonly Told[]): Timing {
  const waits = waiting(log, now);
  // A start is written with the next commit, so that of a short call it may stand as late as its end.
  const took = new Map(log.flatMap((line) => (line.seconds === undefined ? [] : [[line.step, line.seconds] as const])));
  const begun = steps.flatMap((step) => {
    if (!step.startedAt) return [];
    const { start: written, end: ended } = times(step as LiveStep & { startedAt: string });
    const end = ended ?? (STEP_FINAL.has(step.status) ? written : Math.max(written, now));
    const start = Math.min(written, end - (took.get(step.id) ?? 0));
    return [{ id: step.id, start, end: Math.max(start, end), busy: without({ start, end: Math.max(start, end) }, waits.get(step.id) ?? []) }];
  });
  const pieces = begun.flatMap((step) => step.busy);
  const stretches = merged(pieces);
  const clock = (time: number): number => stretches.reduce((sum, stretch) => sum + Math.max(0, Math.min(time, stretch.end) - stretch.start), 0);
  return {
    spans: new Map(begun.map((step) => [step.id, { start: clock(step.start), end: clock(step.end) }])),
    breaks: stretches.slice(1).map((stretch) => clock(stretch.start)),
    total: clock(Infinity),
    work: pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0),
  };
}

function waiting(log: readonly Told[], now: number): Map<string, Span[]> {
  const found = new Map<string, Span[]>();
  for (const { kind, step, at } of log) {
    if (step === "" || !kind.startsWith("gate.")) continue;
    const spans = found.get(step) ?? [];
    found.set(step, spans);
    if (kind === "gate.opened") spans.push({ start: seconds(at), end: now });
    else if (spans.length > 0) spans.at(-1)!.end = seconds(at);
  }
  return found;
}

function without(whole: Span, waits: readonly Span[]): Span[] {
  let rest = [whole];
  for (const wait of waits)
    rest = rest.flatMap((piece) => [
      { start: piece.start, end: Math.min(piece.end, wait.start) },
      { start: Math.max(piece.start, wait.end), end: piece.end },
    ].filter((part, place) => part.end > part.start || (place === 0 && piece.start === piece.end)));
  return rest;
}

/** The stretches in which anything ran; short pauses between two of them belong to the run. */
function merged(pieces: readonly Span[]): Span[] {
  const found: Span[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && piece.start - last.end <= IDLE) last.end = Math.max(last.end, piece.end);
    else found.push({ ...piece });
  }
  return found;
}

/** From the step that ended last, back through whichever of its inputs came last. */
export function criticalPath(steps: readonly LiveStep[]): Set<string> {
  const by = new Map(steps.map((step) => [step.id, step]));
  const ended = (step: LiveStep | undefined): number => (step?.finishedAt ? Date.parse(step.finishedAt) : 0);
  const latest = (found: readonly (LiveStep | undefined)[]): LiveStep | undefined =>
    found.reduce<LiveStep | undefined>((last, step) => (step?.status === "completed" && step.reason !== "kept" && ended(step) > ended(last) ? step : last), undefined);
  const path = new Set<string>();
  for (let step = latest(steps); step && !path.has(step.id); step = latest(step.dependsOn.map((id) => by.get(id)))) path.add(step.id);
  return path;
}
