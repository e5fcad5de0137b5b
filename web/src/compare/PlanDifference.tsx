/** What differs in the two plans, step by step: who does it, with which arguments, after what, and whether it asks. */

import type { PlanStep } from "../api/client";
import { changes } from "../approvals/Difference";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { Changes } from "./StepDifference";
import type { Side } from "./sides";

/** Without what is not said: a default is no difference. */
const said = (step: PlanStep): Record<string, unknown> =>
  Object.fromEntries(Object.entries(step).filter(([name, value]) => name !== "id" && value != null && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0)));

export function PlanDifference({ first, second }: { first: Side; second: Side }) {
  const { t } = useWords();
  if (!first.plan || !second.plan) return <p className="card p-4 text-sm text-fg-2">{t("compareNoPlan")}</p>;
  const [before, after] = [new Map(first.plan.steps.map((step) => [step.id, step])), new Map(second.plan.steps.map((step) => [step.id, step]))];
  const differing = [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [one, other] = [before.get(id), after.get(id)];
    const found = changes(one ? said(one) : {}, other ? said(other) : {}).filter((change) => change.place !== "");
    return found.length > 0 ? [{ id, title: (one ?? other)!.title || id, only: !other ? t("compareFirst") : !one ? t("compareSecond") : null, found }] : [];
  });
  return (
    <section className="card flex flex-col gap-3 p-4" data-plans aria-label={t("comparePlans")}>
      <h2 className="font-semibold">{t("comparePlans")}</h2>
      {differing.length === 0 && <p className="text-sm text-fg-2">{t("comparePlansSame")}</p>}
      {differing.map(({ id, title, only, found }) => (
        <details key={id} open={differing.length <= 3} data-plan-step={id}>
          <summary className="cursor-pointer text-sm font-medium">
            <Value text={title} />
            {only && <span className="text-wait-f"> · {t("compareOnly", { which: only })}</span>}
          </summary>
          <div className="mt-2">
            <Changes found={found} />
          </div>
        </details>
      ))}
    </section>
  );
}
