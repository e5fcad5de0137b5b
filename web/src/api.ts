/** The server's answers, and the errors it gives as problems (RFC 9457). */

export interface Execution {
  id: string; request: string; goal: string; language: "he" | "en"; status: string; planner: string; seq: number; stepsTotal: number; stepsDone: number;
  waiting: number; createdAt: string; answer: string | null; error: { code: string; detail: string; cure: string } | null;
}

export interface Step {
  id: string; title: string; uses: string; effect: string; status: string; dependsOn: string[]; attempt: number; items: number | null; itemsDone: number;
  error: { detail: string } | null; startedAt: string | null; finishedAt: string | null;
}

export interface Approval {
  id: string; executionId: string; stepId: string | null; purpose: "approval" | "question" | "unknown"; status: string; title: string; tool: string | null;
  effect: string; reversible: boolean; args: unknown; options: { label: string }[]; sources: string[]; integrity: string; fingerprint: string;
}

export interface LogEvent { seq: number; kind: string; at: string; data: Record<string, unknown> }

export class Problem extends Error {
  constructor(readonly status: number, readonly detail: string, readonly cure: string) {
    super(`${detail} ${cure}`.trim());
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: body === undefined ? {} : { "Content-Type": "application/json" }, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(path, init);
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as { detail?: string; cure?: string };
  throw new Problem(response.status, problem.detail ?? response.statusText, problem.cure ?? "");
}

const base = "/api/orchestrate";

export const api = {
  signIn: (token: string) => call<void>("POST", "/api/session", { token }),
  submit: (query: string) => call<Execution>("POST", base, { query }),
  list: () => call<{ items: Execution[] }>("GET", `${base}?limit=20`),
  get: (id: string) => call<Execution>("GET", `${base}/${id}`),
  steps: (id: string) => call<Step[]>("GET", `${base}/${id}/steps`),
  approvals: (id: string) => call<Approval[]>("GET", `${base}/${id}/approvals?status=pending`),
  approve: (a: Approval, body: { option?: number; text?: string }) => call<Approval>("POST", `${base}/${a.executionId}/approvals/${a.id}/approve`, body),
  reject: (a: Approval, note: string) => call<Approval>("POST", `${base}/${a.executionId}/approvals/${a.id}/reject`, { note }),
  tell: (id: string, what: "pause" | "resume" | "cancel") => call<Execution>("POST", `${base}/${id}/${what}`),
};
