/** One pair from the inside: what went in and came out of the one, and of the other. */

import { changes, type Change, Difference } from "../approvals/Difference";
import { useWords } from "../i18n";
import { Code, Num, Value } from "../ui/bidi";
import { Badge } from "../ui/status";
import { duration, money } from "../ui/units";
import { Differs } from "./Waterfall";
import { type Pair, type Side, took } from "./sides";

const MOST = 200; // places that are shown of one value

/** Of what is there in one of the two alone, everything is new or gone. */
const between = (one: unknown, other: unknown): Change[] => changes(one ?? {}, other ?? {}).filter((change) => change.place !== "" || (one != null && other != null));

export function Changes({ found, name }: { found: readonly Change[]; name?: string }) {
  const { t } = useWords();
  return (
    <>
      <Difference found={found.slice(0, MOST)} name={name ?? t("difference")} none={t("compareSame")} />
      {found.length > MOST && <p className="mt-1 text-xs text-fg-2">{t("compareMore", { count: found.length - MOST })}</p>}
    </>
  );
}

export function StepDifference({ pair, first, second }: { pair: Pair; first: Side; second: Side }) {
  const { t } = useWords();
  const { one, other } = pair;
  const sides = [
    [t("compareFirst"), one, first],
    [t("compareSecond"), other, second],
  ] as const;
  return (
    <section className="card flex flex-col gap-4 p-4" data-pair-details={pair.id} aria-label={pair.title}>
      <div>
        <h2 className="text-lg font-bold">
          <Value text={pair.title} />
        </h2>
        <Differs pair={pair} />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        {sides.map(([name, step, side]) => (
          <div key={name} className="rounded-lg border p-3">
            <h3 className="eyebrow mb-2">{name}</h3>
            {step ? (
              <dl className="facts">
                <div>
                  <dt>{t("state")}</dt>
                  <dd>
                    <Badge status={step.status} />
                  </dd>
                </div>
                <div>
                  <dt>{t(step.kind)}</dt>
                  <dd>
                    <Code text={step.uses} />
                  </dd>
                </div>
                <div>
                  <dt>{t("duration")}</dt>
                  <dd>{took(side, pair.id) === undefined ? "–" : <Num text={duration(took(side, pair.id)!)} />}</dd>
                </div>
                <div>
                  <dt>{t("cost")}</dt>
                  <dd>
                    <Num text={money(step.cost ?? 0)} />
                  </dd>
                </div>
                <div>
                  <dt>{t("tokens")}</dt>
                  <dd>
                    <Num text={String(step.tokens)} />
                  </dd>
                </div>
                <div>
                  <dt>{t("attempts")}</dt>
                  <dd>
                    <Num text={String(step.attempt)} />
                  </dd>
                </div>
              </dl>
            ) : (
              <p className="text-sm text-fg-2">–</p>
            )}
          </div>
        ))}
      </div>
      {one && other && (
        <>
          <div data-input>
            <Changes found={between(one.args, other.args)} name={t("input")} />
          </div>
          <div data-output>
            <Changes found={between(one.output, other.output)} name={t("output")} />
          </div>
        </>
      )}
    </section>
  );
}
