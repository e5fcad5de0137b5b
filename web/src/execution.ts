/** One execution, live: its steps, its log, what waits for a person, its answer. */

import { api, type Execution, type LogEvent, type Step } from "./api";
import { approvalCard } from "./approval";
import { code, h, value, visible } from "./dom";
import { follow, type Connection } from "./follow";
import { eventName, icon, status, t, time } from "./text";

const FINAL = new Set(["completed", "failed", "cancelled", "quarantined"]);
const KEPT = 500; // lines of the log on the page; all of them are in the API

export function executionView(id: string, failed: (error: unknown) => void): { element: HTMLElement; close: () => void } {
  const head = h("div");
  const gates = h("div", { "aria-live": "polite" });
  const answer = h("div");
  const steps = h("ol", { class: "steps" });
  const log = h("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": t("log") });
  const connection = h("span", { class: "connection" });
  const element = h(
    "article",
    { "data-execution": id },
    head, gates, answer,
    h("h2", { class: "section" }, t("steps")), steps,
    h("h2", { class: "section" }, t("log")), log,
  );
  const progress = new Map<string, string>();
  let reading = false;
  let again = false;

  /** Read the rows that the events are about; while one reading is under way, further calls ask for one more after it. */
  async function refresh(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        const [execution, list, waiting] = await Promise.all([api.get(id), api.steps(id), api.approvals(id)]);
        showHead(execution);
        showSteps(list);
        showGates(waiting);
      } while (again);
    } catch (error) {
      failed(error);
    } finally {
      reading = false;
    }
  }

  function showHead(execution: Execution): void {
    const tell = (what: "pause" | "resume" | "cancel", name: string) =>
      h("button", { type: "button", class: what === "cancel" ? "danger" : "", click: () => void api.tell(id, what).then(refresh, failed) }, name);
    const open = !FINAL.has(execution.status);
    head.replaceChildren(
      h(
        "div",
        { class: "bar" },
        badge(execution.status), connection, h("span", { class: "spring" }),
        open && (execution.status === "paused" ? tell("resume", t("resume")) : tell("pause", t("pause"))),
        open && tell("cancel", t("cancel")),
      ),
      h("h1", { dir: "auto", lang: execution.language }, visible(execution.request)),
      h("progress", { max: String(Math.max(1, execution.stepsTotal)), value: String(execution.stepsDone), "aria-label": t("steps") }),
      h("p", { class: "hint" }, execution.planner === "offline" ? t("offline") : code(execution.planner)),
    );
    answer.replaceChildren();
    if (execution.error) answer.append(h("p", { class: "problem", role: "alert" }, value(execution.error.detail), " ", value(execution.error.cure)));
    if (execution.answer)
      answer.append(h("section", { class: "answer" }, h("h2", {}, t("answer")), h("div", { dir: "auto", class: "prose" }, visible(execution.answer))));
  }

  function showSteps(list: Step[]): void {
    steps.replaceChildren(...list.map((step) => stepRow(step, progress.get(step.id) ?? "")));
    if (list.length === 0) steps.append(h("li", { class: "hint" }, t("planning")));
  }

  const shown = new Map<string, HTMLElement>();

  /** A card that is on the page stays as it is: a person may be typing in it. */
  function showGates(waiting: Awaited<ReturnType<typeof api.approvals>>): void {
    const open = new Set(waiting.map((approval) => approval.id));
    for (const [gate, card] of shown) {
      if (open.has(gate)) continue;
      card.remove();
      shown.delete(gate);
    }
    for (const approval of waiting) {
      if (shown.has(approval.id)) continue;
      const card = approvalCard(approval, () => void refresh());
      shown.set(approval.id, card);
      gates.append(card);
    }
  }

  function showEvents(events: LogEvent[]): void {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    for (const event of events) {
      const step = typeof event.data.step === "string" ? event.data.step : "";
      if (event.kind === "step.progress") progress.set(step, String(event.data.message ?? ""));
      log.append(logLine(event, step));
    }
    while (log.childElementCount > KEPT) log.firstElementChild?.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
    if (events.length > 0) void refresh();
  }

  function showConnection(state: Connection): void {
    connection.className = `connection ${state}`;
    connection.textContent = `● ${t(state)}`;
    if (state === "live") void refresh();
  }

  void refresh();
  return { element, close: follow(id, showEvents, showConnection) };
}

export function badge(name: string): HTMLElement {
  return h("span", { class: "badge", "data-status": name }, h("span", { "aria-hidden": "true" }, icon(name)), " ", status(name));
}

function stepRow(step: Step, progress: string): HTMLElement {
  const seconds = step.startedAt && step.finishedAt ? (Date.parse(step.finishedAt) - Date.parse(step.startedAt)) / 1000 : null;
  return h(
    "li",
    { "data-step": step.id, "data-status": step.status },
    h("span", { class: "mark", "aria-hidden": "true" }, icon(step.status)),
    h("span", { class: "what" }, value(step.title)),
    code(step.uses),
    step.items !== null && code(`${step.itemsDone}/${step.items}`),
    h("span", { class: "state" }, status(step.status)),
    seconds !== null && code(`${seconds.toFixed(seconds < 10 ? 2 : 0)}s`),
    step.status === "running" && progress !== "" && h("span", { class: "note" }, value(progress)),
    step.error && h("span", { class: "note warn" }, value(step.error.detail)),
  );
}

function logLine(event: LogEvent, step: string): HTMLElement {
  const told = event.data.message ?? event.data.title ?? (event.data.error as { detail?: string } | undefined)?.detail ?? event.data.goal ?? "";
  return h(
    "div",
    { "data-kind": event.kind },
    code(time(event.at)),
    h("span", {}, eventName(event.kind)),
    step !== "" && code(step),
    told !== "" && value(String(told)),
  );
}
