/** What waits for a person: exactly what will run, and the ways to decide. */

import { api, type Approval, Problem } from "./api";
import { code, h, value, visible } from "./dom";
import { t } from "./text";

const EFFECTS: Record<string, "write" | "delete" | "sends" | "reads"> = { write: "write", delete: "delete", send: "sends", none: "reads" };

export function approvalCard(approval: Approval, decided: () => void): HTMLElement {
  const problem = h("p", { class: "problem", role: "alert" });
  const asks = approval.purpose === "approval";

  async function decide(act: () => Promise<unknown>): Promise<void> {
    const buttons = card.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    try {
      await act();
    } catch (error) {
      problem.textContent = error instanceof Problem ? error.message : t("noConnection");
      buttons.forEach((button) => (button.disabled = false));
      if (!(error instanceof Problem && error.status === 409)) return;
    }
    decided();
  }

  const card = h(
    "section",
    { class: "approval", "aria-labelledby": `a-${approval.id}`, "data-approval": approval.id },
    h("p", { class: "eyebrow" }, "◆ ", asks ? t("approvalNeeded") : t("question")),
    h("h2", { id: `a-${approval.id}` }, value(approval.title)),
    asks && h("p", { class: "hint" }, t("nothingYet")),
    asks && facts(approval),
    asks && h("div", { class: "args", tabindex: "0", role: "group", "aria-label": approval.tool ?? "" }, h("dl", {}, ...rows(approval.args, ""))),
    asks ? yesOrNo(approval, decide) : reply(approval, decide),
    problem,
  );
  return card;
}

/** Every argument on a line of its own, with its place: `attendees[0].name`. Nothing is left out, and nothing is folded away. */
function rows(argument: unknown, place: string): HTMLElement[] {
  if (Array.isArray(argument) && argument.length > 0) return argument.flatMap((inner, index) => rows(inner, `${place}[${index}]`));
  if (typeof argument === "object" && argument !== null && !Array.isArray(argument)) {
    return Object.entries(argument).flatMap(([name, inner]) => rows(inner, place === "" ? name : `${place}.${name}`));
  }
  const text = typeof argument === "string" ? argument : JSON.stringify(argument);
  return [h("dt", {}, code(place)), h("dd", {}, visible(text))];
}

type Decide = (act: () => Promise<unknown>) => Promise<void>;

function facts(approval: Approval): HTMLElement {
  const effect = EFFECTS[approval.effect] ?? "reads";
  return h(
    "dl",
    { class: "facts" },
    h("dt", {}, t("tool")), h("dd", {}, code(approval.tool ?? "")),
    h("dt", {}, t("effect")), h("dd", {}, `${t(effect)} · ${approval.reversible ? t("reversible") : t("irreversible")}`),
    h("dt", {}, t("sources")), h("dd", {}, value(approval.sources.join(", "))),
    approval.integrity === "untrusted" && h("dd", { class: "warn" }, `⚠ ${t("untrusted")}`),
  );
}

function yesOrNo(approval: Approval, decide: Decide): HTMLElement {
  const reason = h("input", { type: "text", dir: "auto", maxlength: "1000", placeholder: t("reason"), "aria-label": t("reason") });
  return h(
    "div",
    { class: "actions" },
    h("button", { type: "button", class: "primary", click: () => void decide(() => api.approve(approval, {})) }, t("approve")),
    h("span", { class: "spring" }),
    reason,
    h("button", { type: "button", class: "danger", click: () => void decide(() => api.reject(approval, reason.value)) }, t("reject")),
  );
}

function reply(approval: Approval, decide: Decide): HTMLElement {
  const name = `o-${approval.id}`;
  const text = h("input", { type: "text", dir: "auto", maxlength: "2000", "aria-label": t("answerIt"), required: true });
  const options = approval.options.map((option, number) =>
    h("label", { class: "option" }, h("input", { type: "radio", name, value: String(number), required: true }), value(option.label)),
  );
  return h(
    "form",
    {
      class: "reply",
      submit: (event) => {
        event.preventDefault();
        const chosen = (event.currentTarget as HTMLFormElement).querySelector<HTMLInputElement>("input[type=radio]:checked");
        void decide(() => api.approve(approval, chosen ? { option: Number(chosen.value) } : { text: text.value }));
      },
    },
    options.length > 0 ? h("fieldset", {}, h("legend", { class: "hidden" }, visible(approval.title)), ...options) : text,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "submit", class: "primary" }, t("answerIt")),
      h("span", { class: "spring" }),
      h("button", { type: "button", class: "danger", click: () => void decide(() => api.reject(approval, "")) }, t("reject")),
    ),
  );
}
