/** The one stream of a page that shows lists: a word whenever anything has happened, upon which what is shown is read again. A page that
 *  nobody sees has none, since a browser opens only six connections to one server. An execution's page has its own stream instead. */

import { queries } from "./cache";

const LISTS = new Set(["executions", "inbox", "decided", "locks", "schedules", "reminders"]);
const AGAIN = 3000; // milliseconds until a refused connection is tried anew

let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let wanted = false;
let live = false;

const readAgain = (): void => void queries.invalidateQueries({ predicate: (query) => LISTS.has(String(query.queryKey[0])) });

function open(): void {
  clearTimeout(retry);
  source = new EventSource("/api/orchestrate/changes");
  source.onopen = () => {
    live = true;
    readAgain(); // what happened while there was no stream
  };
  source.addEventListener("changed", readAgain);
  source.onerror = () => {
    live = false;
    if (source?.readyState === EventSource.CLOSED && wanted) retry = setTimeout(settle, AGAIN);
  };
}

function close(): void {
  clearTimeout(retry);
  source?.close();
  source = undefined;
  live = false;
}

function settle(): void {
  const open_ = source !== undefined && source.readyState !== EventSource.CLOSED;
  if (wanted && !document.hidden && !open_) open();
  else if ((!wanted || document.hidden) && source) close();
}

document.addEventListener("visibilitychange", settle);

export function listen(to: boolean): void {
  wanted = to;
  settle();
}

/** How often a list is read though nobody called: seldom beside the stream, `otherwise` (milliseconds) without it. */
export const unlessLive = (otherwise: number) => (): number => (live ? Math.max(otherwise, 15_000) : otherwise);
