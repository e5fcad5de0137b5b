/** Two executions side by side: their steps in pairs, and in what the two of a pair differ. Pure, but for reading. */

import { queryOptions } from "@tanstack/react-query";

import { api, type Execution, type Plan, type PlanStep, Problem } from "../api/client";
import { FINAL, type LiveStep } from "../execution/fold";
import { line } from "../execution/live";
import { type Timing, timing } from "../execution/timing";

export interface Side {
  execution: Execution;
  plan: Plan | null;
  steps: LiveStep[];
  timing: Timing;
}

export type Aspect = "plan" | "input" | "output" | "status";

export interface Pair {
  id: string;
  title: string;
  one: LiveStep | undefined;
  other: LiveStep | undefined;
  differs: Aspect[];
}

const PAGE = 1000; // events
const PAGES = 5; // that are read to know when a step waited for a person
const LIVE = 2000; // milliseconds

/** Seconds that a step ran, without waiting for people; none where it did not run here. */
export const took = (side: Side, id: string): number | undefined => {
  const span = side.timing.spans.get(id);
  return span && span.end - span.start;
};

export const sideQuery = (id: string) =>
  queryOptions({
    queryKey: ["side", id],
    queryFn: () => read(id),
    refetchInterval: (query) => (query.state.data && FINAL.has(query.state.data.execution.status) ? false : LIVE),
  });

async function read(id: string): Promise<Side> {
  const [execution, steps, plan] = await Promise.all([
    api.get(id),
    api.steps(id),
    api.plan(id).catch((error: unknown) => (error instanceof Problem && error.status === 404 ? null : Promise.reject(error))),
  ]);
  const told = [];
  for (let after = 0, page = 0; page < PAGES; page++) {
    const { items } = await api.logs(id, after, PAGE);
    told.push(...items.map(line));
    if (items.length < PAGE) break;
    after = items.at(-1)!.seq;
  }
  const now = execution.finishedAt ? Date.parse(execution.finishedAt) / 1000 : Date.now() / 1000;
  return { execution, plan, steps, timing: timing(steps.filter((step) => step.reason !== "kept"), now, told) };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

const defined = (side: Side): Map<string, PlanStep> => new Map(side.plan?.steps.map((step) => [step.id, step]) ?? []);

/** By the id of the step, in the order of the first plan; what only the second has comes last. */
export function pairs(first: Side, second: Side): Pair[] {
  const [ones, others] = [new Map(first.steps.map((step) => [step.id, step])), new Map(second.steps.map((step) => [step.id, step]))];
  const [before, after] = [defined(first), defined(second)];
  return [...new Set([...ones.keys(), ...others.keys()])].map((id) => {
    const [one, other] = [ones.get(id), others.get(id)];
    const differs: Aspect[] = [];
    if (one && other) {
      if (!same(before.get(id), after.get(id))) differs.push("plan");
      if (one.status !== other.status) differs.push("status");
      // What never came to be in one of them is told by its status.
      if (one.args != null && other.args != null && !same(one.args, other.args)) differs.push("input");
      if (one.output != null && other.output != null && !same(one.output, other.output)) differs.push("output");
    }
    return { id, title: (one ?? other)!.title, one, other, differs };
  });
}

export const differ = (pair: Pair): boolean => pair.differs.length > 0 || !pair.one || !pair.other;
