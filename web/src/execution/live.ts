/** One execution, live: its rows, then its events folded in as they come, shown at most once a frame. The browser resumes the stream by
 *  Last-Event-ID; each event is taken once, in order. */

import { useEffect, useState, useSyncExternalStore } from "react";

import { api, type Approval, type Execution, type LogEvent } from "../api/client";
import { EVENTS } from "../i18n/names";
import { FINAL, foldExecution, foldSteps, type LiveStep, same, TELLING } from "./fold";

export type Connection = "connecting" | "live" | "reconnecting" | "ended";

/** One line of the log. What the event carries beyond it stays on the server. */
export interface Line {
  seq: number;
  kind: string;
  at: string;
  step: string;
  told: string;
  level: "info" | "warn" | "error";
  attempt?: number;
  retryIn?: number; // seconds until the next attempt
  seconds?: number; // that the call of a completed step took
}

export interface Shown {
  connection: Connection;
  error: unknown;
  execution: Execution | null;
  steps: LiveStep[];
  approvals: Approval[];
  lines: Line[];
}

const KEPT = 5000; // lines in memory; older ones are read again from the server
const AT_FIRST = 1000; // lines that are read when the page opens
const FRAME = 16; // milliseconds
const HIDDEN = 250; // milliseconds between updates of a page that nobody sees
const SLEEP = 30_000; // milliseconds out of sight after which a connection is not trusted
const SHARE = 3; // an update that took so long is followed by three times as long without one
const SLOWEST = 250; // milliseconds between updates at the most

export class Live {
  #shown: Shown = { connection: "connecting", error: null, execution: null, steps: [], approvals: [], lines: [] };
  #listeners = new Set<() => void>();
  #place = new Map<string, number>();
  #waiting: LogEvent[] = [];
  #flushing = false;
  #last = 0; // the last event that was taken
  #since: LogEvent[] | null = null; // events that came while the rows were being read
  #again = false;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #hiddenAt = Infinity;
  #flushedAt = 0;
  #cost = 0; // milliseconds that the last update took, drawing included

  constructor(readonly id: string) {
    addEventListener("offline", this.#away);
    addEventListener("online", this.#back);
    document.addEventListener("visibilitychange", this.#seen);
    void this.#start();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get = (): Shown => this.#shown;

  close(): void {
    this.#closed = true;
    removeEventListener("offline", this.#away);
    removeEventListener("online", this.#back);
    document.removeEventListener("visibilitychange", this.#seen);
    this.#source?.close();
    clearTimeout(this.#reading);
    clearTimeout(this.#retry);
  }

  /** Read the rows again, as after a decision; at most one reading is under way. */
  refresh = (): void => this.#readIn(0);

  // A connection that died in a machine's sleep, or with its network, can look open for minutes: begin a new one where the last event was.
  #away = (): void => {
    if (this.#shown.connection === "ended" || this.#source === undefined) return;
    this.#source?.close();
    this.#show({ connection: "reconnecting" });
  };

  #back = (): void => {
    if (this.#shown.connection === "ended" || this.#source === undefined) return;
    clearTimeout(this.#retry);
    this.#source.close();
    this.#open();
    this.refresh();
  };

  #seen = (): void => {
    if (document.hidden) this.#hiddenAt = Date.now();
    else if (Date.now() - this.#hiddenAt > SLEEP) this.#back();
  };

  /** Lines before the first one that is shown. */
  earlier = async (): Promise<void> => {
    const first = this.#shown.lines[0]?.seq ?? 1;
    const after = Math.max(0, first - 1 - AT_FIRST);
    const { items } = await api.logs(this.id, after, Math.min(AT_FIRST, Math.max(1, first - 1 - after)));
    this.#show({ lines: [...items.filter((event) => event.seq < first).map(line), ...this.#shown.lines] });
  };

  async #start(): Promise<void> {
    await this.#read();
    if (this.#closed) return;
    if (this.#shown.execution === null) {
      // The server is away: come back until it answers. A refusal (404, 401) stays on the page.
      if (this.#shown.connection === "reconnecting") this.#retry = setTimeout(() => void this.#start(), 1000);
      return;
    }
    this.#last = Math.max(0, this.#shown.execution.seq - AT_FIRST);
    this.#open();
  }

  #open(): void {
    const source = new EventSource(`/api/orchestrate/stream/${this.id}?after=${this.#last}`);
    this.#source = source;
    source.onopen = () => {
      if (this.#shown.connection === "reconnecting") this.refresh();
      this.#show({ connection: "live", error: null });
    };
    source.onerror = () => {
      this.#show({ connection: "reconnecting" });
      // The browser comes back by itself but for a refused connection, as while the server restarts.
      if (source.readyState !== EventSource.CLOSED || this.#closed) return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#open(), 1000);
    };
    for (const kind of Object.keys(EVENTS)) source.addEventListener(kind, this.#take as EventListener);
    source.addEventListener("end", () => {
      source.close();
      this.#flush();
      this.#show({ connection: "ended" });
      this.refresh();
    });
  }

  #take = (message: MessageEvent<string>): void => {
    const event = JSON.parse(message.data) as LogEvent;
    if (event.seq <= this.#last) return;
    this.#last = event.seq;
    this.#waiting.push(event);
    if (this.#flushing) return;
    this.#flushing = true;
    const flush = (): void => this.#flush();
    const wait = this.#flushedAt + Math.min(SLOWEST, SHARE * this.#cost) - performance.now();
    if (document.hidden) setTimeout(flush, HIDDEN);
    else if (wait > FRAME) setTimeout(flush, wait);
    else requestAnimationFrame(flush);
  };

  #flush(): void {
    this.#flushing = false;
    const events = this.#waiting;
    if (events.length === 0 || this.#closed) return;
    this.#waiting = [];
    this.#since?.push(...events);
    let { execution, steps, lines } = this.#shown;
    const known = execution?.seq ?? 0; // what the rows contain already
    const news = events.filter((event) => event.seq > known);
    steps = foldSteps(steps, this.#place, news);
    for (const event of news) if (execution) execution = foldExecution(execution, event);
    lines = [...lines, ...events.map(line)].slice(-KEPT);
    this.#flushedAt = performance.now();
    this.#show({ execution, steps, lines });
    // React draws in a microtask of its own, which stands before this one.
    queueMicrotask(() => (this.#cost = performance.now() - this.#flushedAt));
    if (news.some((event) => TELLING.test(event.kind))) this.#readIn(0);
    else if (news.length > 0) this.#readIn(1000 + steps.length);
  }

  #readIn(delay: number): void {
    if (this.#since !== null) {
      this.#again = true;
      return;
    }
    const due = Date.now() + delay;
    if (due >= this.#due) return;
    clearTimeout(this.#reading);
    this.#due = due;
    this.#reading = setTimeout(() => void this.#read(), delay);
  }

  async #read(): Promise<void> {
    this.#due = Infinity;
    this.#since = [];
    try {
      const [execution, rows, approvals] = await Promise.all([api.get(this.id), api.steps(this.id), api.approvals(this.id)]);
      this.#takeRows(execution, rows, approvals, this.#since);
    } catch (error) {
      // A live stream shows how it stands; before it there is only this reading.
      const gone = this.#shown.execution === null;
      this.#show({ error, connection: gone && !("status" in (error as object)) ? "reconnecting" : this.#shown.connection });
    } finally {
      this.#since = null;
      if (this.#again && !this.#closed) {
        this.#again = false;
        this.#readIn(Math.min(2000, 50 + this.#shown.steps.length));
      }
    }
  }

  #takeRows(execution: Execution, rows: LiveStep[], approvals: Approval[], since: readonly LogEvent[]): void {
    const before = this.#shown.steps;
    let steps = rows.map((row, at) => {
      const old = before[this.#place.get(row.id) ?? at];
      if (old?.id !== row.id) return row;
      // What is drawn stays as it is where nothing changed.
      return same(old, row) ? old : { ...row, progress: old.progress };
    });
    this.#place = new Map(steps.map((step, at) => [step.id, at]));
    const news = since.filter((event) => event.seq > execution.seq);
    steps = foldSteps(steps, this.#place, news);
    const now = news.reduce(foldExecution, execution);
    this.#show({ execution: now, steps, approvals, error: null });
    // It ended, and went on: what was done is being undone, or was before this page opened.
    if (this.#shown.connection === "ended" && (execution.seq > this.#last || !FINAL.has(execution.status))) this.#open();
  }

  #show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    this.#listeners.forEach((listener) => listener());
  }
}

/** What the page keeps of an event. */
export function line(event: LogEvent): Line {
  const data = event.data as Record<string, unknown>;
  const error = data.error as { detail?: string } | undefined;
  const told = data.message ?? data.title ?? error?.detail ?? data.note ?? data.goal ?? "";
  const level = event.kind.endsWith(".failed") && data.retry_in === undefined ? "error" : /failed|lost|refused|quarantined|gate\.opened/.test(event.kind) ? "warn" : "info";
  const found: Line = { seq: event.seq, kind: event.kind, at: event.at, step: typeof data.step === "string" ? data.step : "", told: String(told).slice(0, 4000), level };
  if (typeof data.attempt === "number") found.attempt = data.attempt;
  if (typeof data.retry_in === "number") found.retryIn = data.retry_in;
  if (event.kind === "step.completed" && data.item === undefined && typeof data.seconds === "number") found.seconds = data.seconds;
  return found;
}

/** The execution as it stands; `live` acts on it. */
export function useLive(id: string): { live: Live | null; shown: Shown | null } {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const opened = new Live(id);
    setLive(opened);
    return () => opened.close();
  }, [id]);
  const current = live?.id === id ? live : null;
  const shown = useSyncExternalStore(current?.subscribe ?? nothing, () => current?.get() ?? null);
  return { live: current, shown };
}

const nothing = (): (() => void) => () => {};

export const isOver = (execution: Execution | null): boolean => execution !== null && FINAL.has(execution.status);
