/** The live log of one execution. The browser resumes by Last-Event-ID; events are handed on once a frame, in order, each once. */

import type { LogEvent } from "./api";

const KINDS = [
  "execution.created", "plan.accepted", "plan.refused", "execution.started", "step.expanded", "step.started", "step.progress", "effect.intended",
  "step.completed", "step.failed", "step.lost", "step.skipped", "gate.opened", "gate.closed", "execution.waiting", "execution.paused",
  "execution.resumed", "execution.taken", "execution.completed", "execution.failed", "execution.cancelled", "execution.quarantined",
];

export type Connection = "live" | "reconnecting" | "ended";

export function follow(id: string, onEvents: (events: LogEvent[]) => void, onConnection: (state: Connection) => void): () => void {
  let last = 0;
  let waiting: LogEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;
  let closed = false;

  function flush(): void {
    timer = undefined;
    const events = waiting;
    waiting = [];
    onEvents(events);
  }

  function take(message: MessageEvent<string>): void {
    const event = JSON.parse(message.data) as LogEvent;
    if (event.seq <= last) return;
    last = event.seq;
    waiting.push(event);
    // A frame's worth; a hidden page has no frames, and needs none.
    timer ??= setTimeout(flush, document.hidden ? 250 : 16);
  }

  function open(): void {
    source = new EventSource(`/api/orchestrate/stream/${id}?after=${last}`);
    source.onopen = () => onConnection("live");
    source.onerror = () => {
      onConnection("reconnecting");
      // The browser comes back by itself but for a refused connection, as while the server restarts.
      if (source.readyState === EventSource.CLOSED && !closed) setTimeout(open, 1000);
    };
    for (const kind of KINDS) source.addEventListener(kind, take as EventListener);
    source.addEventListener("end", () => {
      source.close();
      if (timer !== undefined) clearTimeout(timer);
      flush();
      onConnection("ended");
    });
  }

  open();
  return () => {
    closed = true;
    source.close();
    if (timer !== undefined) clearTimeout(timer);
  };
}
