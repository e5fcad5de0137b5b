/** The server's answers, typed by its own OpenAPI document, and the errors it gives as problems (RFC 9457). */

import type { components } from "../../generated/schema";

type Schemas = components["schemas"];
export type Execution = Schemas["Execution"];
export type ExecutionStatus = Execution["status"];
export type Step = Schemas["StepView"];
export type Approval = Schemas["Approval"];
export type Preview = Schemas["Preview"];
export type LogEvent = Schemas["EventView"];
export type Entry = Schemas["Entry"];
export type Status = Schemas["Status"];
export type PlanStep = Schemas["Step"];
export type Activity = Schemas["Activity"];
export type Work = Schemas["Work"];
export type Plan = Schemas["Plan"];
export type Decision = Schemas["Approve"];
export type Schedule = Schemas["Schedule"];
export type SharedVersion = Schemas["SharedVersion"];
export type SentMessage = Schemas["SentMessage"];
export type Context = Schemas["Context"];
/** Where a value came from, and how far it is trusted. */
export interface Label {
  integrity: string;
  confidentiality: string;
  sources: string[];
}
export type ConnectionView = Schemas["ConnectionView"];
export type NewConnection = Pick<Schemas["NewConnection"], "name" | "kind" | "address" | "user" | "secret">;
export type NewSignIn = Schemas["NewSignIn"];
export type NewSchedule = Schemas["NewSchedule"];
export type Me = Schemas["Me"];
export type Member = Schemas["Member"];
export type KeyView = Schemas["KeyView"];
export type NewKey = Schemas["NewKey"];
export type Reminder = Schemas["Reminder"];
export type LockView = Schemas["LockView"];

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly cure: string,
    readonly field: string,
  ) {
    super(`${detail} ${cure}`.trim());
  }
}

/** What was not answered at all: the server is away, or the network. */
export class NoAnswer extends Error {}

let onSignedOut = (): void => {};
export const whenSignedOut = (act: () => void): void => {
  onSignedOut = act;
};

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: body === undefined ? {} : { "Content-Type": "application/json" }, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(path, init).catch(() => {
    throw new NoAnswer();
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  if (response.status === 401 && path !== "/api/session") onSignedOut();
  throw new Problem(response.status, problem.code ?? "http", problem.detail ?? response.statusText, problem.cure ?? "", problem.field ?? "");
}

const base = "/api/orchestrate";
const query = (values: Record<string, string | number | null | undefined>): string => {
  const given = Object.entries(values).filter((pair): pair is [string, string | number] => pair[1] != null && pair[1] !== "");
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
};

export type Steering = "pause" | "resume" | "cancel";
export type Filter = Schemas["Filter"];
export type SavedFilter = Schemas["SavedFilter"];
export type Listing = Filter & { cursor?: string; limit?: number };

export const api = {
  signIn: (token: string) => call<void>("POST", "/api/session", { token }),
  signOut: () => call<void>("DELETE", "/api/session"),
  activity: (hours: number) => call<Activity>("GET", `/api/activity?hours=${hours}`),
  fork: (id: string, step: string, args: Record<string, unknown> | null) => call<Execution>("POST", `${base}/${id}/fork`, { step, args }),
  undo: (id: string) => call<Execution>("POST", `${base}/${id}/undo`),
  status: () => call<Status>("GET", `${base}/status`),
  submit: (text: string) => call<Execution>("POST", base, { query: text }),
  run: (text: string, plan: unknown) => call<Execution>("POST", base, { query: text, plan }),
  preview: (text: string) => call<Preview>("POST", `${base}/preview`, { query: text }),
  list: (listing: Listing) => call<{ items: Execution[]; next: string | null }>("GET", base + query({ ...listing })),
  get: (id: string) => call<Execution>("GET", `${base}/${id}`),
  remove: (id: string) => call<void>("DELETE", `${base}/${id}`),
  plan: (id: string) => call<Plan>("GET", `${base}/${id}/plan`),
  context: (id: string) => call<Context>("GET", `${base}/${id}/context`),
  steps: (id: string) => call<Step[]>("GET", `${base}/${id}/steps`),
  logs: (id: string, after: number, limit: number) => call<{ items: LogEvent[] }>("GET", `${base}/${id}/logs${query({ after, limit })}`),
  approvals: (id: string) => call<Approval[]>("GET", `${base}/${id}/approvals?status=pending`),
  decided: (cursor: string) => call<{ items: Approval[]; next: string | null }>("GET", `/api/approvals/decided${query({ cursor })}`),
  inbox: () => call<Approval[]>("GET", "/api/approvals"),
  approve: (approval: Approval, body: Decision) => call<Approval>("POST", `${base}/${approval.executionId}/approvals/${approval.id}/approve`, body),
  reject: (approval: Approval, note: string) => call<Approval>("POST", `${base}/${approval.executionId}/approvals/${approval.id}/reject`, { note }),
  tell: (id: string, what: Steering) => call<Execution>("POST", `${base}/${id}/${what}`),
  submitters: () => call<string[]>("GET", `${base}/people`),
  filters: {
    list: () => call<SavedFilter[]>("GET", "/api/saved-filters"),
    save: (name: string, filter: Filter) => call<SavedFilter>("POST", "/api/saved-filters", { name, filter }),
    remove: (id: string) => call<void>("DELETE", `/api/saved-filters/${id}`),
  },
  schedules: {
    list: () => call<Schedule[]>("GET", `${base}/schedules`),
    add: (made: NewSchedule) => call<Schedule>("POST", `${base}/schedules`, made),
    turn: (id: string, what: "pause" | "resume") => call<Schedule>("POST", `${base}/schedules/${id}/${what}`),
    remove: (id: string) => call<void>("DELETE", `${base}/schedules/${id}`),
  },
  connections: {
    list: () => call<ConnectionView[]>("GET", "/api/connections"),
    add: (made: NewConnection) => call<ConnectionView>("POST", "/api/connections", made),
    test: (name: string) => call<ConnectionView>("POST", `/api/connections/${encodeURIComponent(name)}/test`),
    approve: (name: string) => call<ConnectionView>("POST", `/api/connections/${encodeURIComponent(name)}/approve`),
    remove: (name: string) => call<void>("DELETE", `/api/connections/${encodeURIComponent(name)}`),
  },
  signIns: {
    services: () => call<Schemas["SignInService"][]>("GET", "/api/sign-ins"),
    begin: (wanted: Partial<NewSignIn> & Pick<NewSignIn, "name" | "kind">) => call<Schemas["SignInStarted"]>("POST", "/api/sign-ins", wanted),
    finish: (redirect: string, answer: Record<string, string>) => call<ConnectionView>("POST", "/api/sign-ins/finish", { redirect, answer }),
  },
  people: {
    me: () => call<Me>("GET", "/api/me"),
    rename: (name: string) => call<Me["workspace"]>("PATCH", "/api/workspace", { name }),
    members: () => call<Member[]>("GET", "/api/members"),
    add: (name: string, role: Member["role"]) => call<Member>("POST", "/api/members", { name, role }),
    change: (name: string, role: Member["role"]) => call<Member>("PATCH", `/api/members/${encodeURIComponent(name)}`, { role }),
    remove: (name: string) => call<void>("DELETE", `/api/members/${encodeURIComponent(name)}`),
    keys: () => call<KeyView[]>("GET", "/api/keys"),
    makeKey: (wanted: { member: string | null; name: string; role: Member["role"] | null; days: number }) => call<NewKey>("POST", "/api/keys", wanted),
    revoke: (id: string) => call<void>("DELETE", `/api/keys/${id}`),
  },
  reminders: {
    list: () => call<Reminder[]>("GET", "/api/reminders"),
    dismiss: (id: string) => call<void>("POST", `/api/reminders/${id}/dismiss`),
    snooze: (id: string, minutes: number) => call<void>("POST", `/api/reminders/${id}/snooze`, { minutes }),
  },
  locks: () => call<LockView[]>("GET", "/api/locks"),
  catalog: () => call<Entry[]>("GET", "/api/catalog"),
};
