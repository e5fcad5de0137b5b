/** What an event changes in an execution that is on the page. Pure; the server's rows are read again where an event does not say enough. */

import type { Execution, ExecutionStatus, LogEvent, PlanStep, Step } from "../api/client";

export interface LiveStep extends Omit<Step, "status"> {
  status: Step["status"] | "retrying";
  progress?: string | undefined;
}

export const FINAL: ReadonlySet<string> = new Set(["completed", "failed", "cancelled", "quarantined", "undone"]);
export const STEP_FINAL: ReadonlySet<string> = new Set(["completed", "failed", "skipped", "cancelled", "undone"]);

/** After these the rows say more than the event: read them soon. */
export const TELLING = /^(plan\.|gate\.|execution\.(taken|completed|failed|cancelled|quarantined|undone)|undo\.|step\.(lost|expanded|skipped))/;

const STATUS_AFTER: Record<string, ExecutionStatus> = {
  "plan.accepted": "running",
  "execution.started": "running",
  "execution.waiting": "waiting",
  "execution.paused": "paused",
  "execution.resumed": "running",
  "execution.completed": "completed",
  "execution.failed": "failed",
  "execution.cancelled": "cancelled",
  "execution.quarantined": "quarantined",
  "undo.began": "running",
  "execution.undone": "undone",
};

type Data = Record<string, unknown>;

/** The steps with the events in: of what did not change the same objects, and the same array where nothing did. `place` finds a step by its
 *  id and is kept up to date. However many the events, the array is copied once. */
export function foldSteps(steps: LiveStep[], place: Map<string, number>, events: readonly LogEvent[]): LiveStep[] {
  let after = steps;
  const change = (at: number, step: LiveStep): void => {
    if (after === steps) after = steps.slice();
    after[at] = step;
  };
  for (const event of events) {
    const data = event.data as Data;
    const id = data.step;
    if (typeof id !== "string") continue;
    const at = place.get(id);
    if (at !== undefined) {
      const news = changed(after[at]!, event.kind, data, event.at);
      if (news !== null) change(at, { ...after[at]!, ...news });
    } else if (event.kind === "plan.step") {
      place.set(id, after.length);
      change(after.length, planned(data.definition as PlanStep));
    }
  }
  return after;
}

/** A step that began while the rest of the plan is still being written. */
function planned(definition: PlanStep): LiveStep {
  return {
    id: definition.id,
    title: definition.title || definition.id,
    uses: definition.tool ?? definition.agent ?? "",
    kind: definition.tool ? "tool" : "agent",
    effect: "none",
    status: "pending",
    dependsOn: definition.after ?? [],
    attempt: 0,
    itemsDone: 0,
    tokens: 0,
  };
}

function changed(step: LiveStep, kind: string, data: Data, at: string): Partial<LiveStep> | null {
  const item = typeof data.item === "number";
  switch (kind) {
    case "step.expanded":
      return { items: data.count as number, status: "running" };
    case "step.started":
      return { status: "running", startedAt: step.startedAt ?? at, attempt: Math.max(step.attempt, (data.attempt as number | undefined) ?? 1) };
    case "step.blocked":
      return item ? null : { status: "blocked" };
    case "step.progress":
      return { progress: String(data.message ?? "") };
    case "step.kept":
      return { status: "completed", output: data.output, reason: "kept", error: null };
    case "step.completed":
      if (item) return { itemsDone: Math.min(step.itemsDone + 1, step.items ?? Infinity), tokens: step.tokens + ((data.tokens as number) ?? 0) };
      return {
        status: "completed",
        finishedAt: at,
        output: data.output,
        error: null,
        tokens: (data.tokens as number | undefined) ?? step.tokens,
        cost: (data.cost as number | undefined) ?? step.cost ?? null,
      };
    case "step.failed":
      if (typeof data.retry_in === "number" || typeof data.fallback === "string") return { status: "retrying", error: data.error as LiveStep["error"] };
      return item ? { error: data.error as LiveStep["error"] } : { status: "failed", finishedAt: at, error: data.error as LiveStep["error"] };
    case "plan.grew":
      return item ? null : { status: "ready" };
    case "step.lost":
      return { status: data.outcome === "repeat" ? "retrying" : "unknown" };
    case "undo.done":
      return item ? null : { status: "undone", finishedAt: at };
    case "step.skipped":
      return { status: "skipped", finishedAt: at, reason: String(data.reason ?? "") };
    case "gate.opened":
      return { status: "gate" };
    case "gate.closed":
      return step.status === "gate" ? { status: data.decision === "rejected" || data.decision === "expired" ? "skipped" : "ready" } : null;
    default:
      return null;
  }
}

/** After these what was paused is so no more. Whatever else comes meanwhile, like the end of what still ran, leaves it paused. */
const RESUMES: ReadonlySet<string> = new Set(["execution.resumed", "undo.began"]);

export function foldExecution(execution: Execution, event: LogEvent): Execution {
  const next = STATUS_AFTER[event.kind];
  if (next === undefined) return execution;
  const status = execution.status === "paused" && !FINAL.has(next) && !RESUMES.has(event.kind) ? "paused" : next;
  const data = event.data as Data;
  const ended = FINAL.has(status);
  return {
    ...execution,
    status,
    seq: event.seq,
    startedAt: execution.startedAt ?? (event.kind === "execution.started" ? event.at : null),
    finishedAt: ended ? event.at : (execution.finishedAt ?? null),
    answer: typeof data.answer === "string" && data.answer !== "" ? data.answer : (execution.answer ?? null),
  };
}

/** What can be seen of two is the same: an output never changes once it is there. */
export function same(one: LiveStep, other: LiveStep): boolean {
  return (
    one.status === other.status &&
    one.attempt === other.attempt &&
    one.itemsDone === other.itemsDone &&
    one.items === other.items &&
    one.startedAt === other.startedAt &&
    one.finishedAt === other.finishedAt &&
    one.title === other.title &&
    one.tokens === other.tokens &&
    one.reason === other.reason &&
    one.error?.detail === other.error?.detail &&
    one.dependsOn.length === other.dependsOn.length &&
    (one.args == null) === (other.args == null) &&
    (one.output == null) === (other.output == null)
  );
}
