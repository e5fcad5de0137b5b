/** Two executions beside each other: figures, both on one axis, what differs in each step, what differs in the plans. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";

import { PlanDifference } from "../compare/PlanDifference";
import { differ, pairs, type Side, sideQuery } from "../compare/sides";
import { StepDifference } from "../compare/StepDifference";
import { Waterfall } from "../compare/Waterfall";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code, Num, Value } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Failed, Loading } from "../ui/states";
import { Badge } from "../ui/status";
import { duration, money } from "../ui/units";

export function Compare() {
  const { t } = useWords();
  const { one, other } = useParams({ from: "/compare/$one/$other" });
  const [first, second] = [useQuery(sideQuery(one)), useQuery(sideQuery(other))];
  useTitle(t("compare"));
  const failed = [first, second].find((side) => side.isError && !side.data);
  return (
    <>
      <Header crumb>
        <ChevronLeft size={14} aria-hidden className="text-fg-3 ltr:rotate-180 max-[900px]:hidden" />
        {t("compare")}
      </Header>
      <main id="main" className="page" data-compare>
        <h1 className="text-xl font-bold">{t("compare")}</h1>
        {failed && <Failed error={failed.error} again={() => void failed.refetch()} />}
        {!failed && !(first.data && second.data) && <Loading rows={8} />}
        {first.data && second.data && <Both first={first.data} second={second.data} />}
      </main>
    </>
  );
}

function Both({ first, second }: { first: Side; second: Side }) {
  const { t } = useWords();
  const { step: selected } = useSearch({ from: "/compare/$one/$other" });
  const go = useNavigate({ from: "/compare/$one/$other" });
  const [differing, setDiffering] = useState(false);
  const all = useMemo(() => pairs(first, second), [first, second]);
  const pair = all.find((one) => one.id === selected);
  return (
    <>
      <Totals first={first} second={second} />
      <section className="card overflow-hidden" aria-label={t("compareBoth")}>
        <div className="flex flex-wrap items-center gap-2 px-4 pt-3">
          <h2 className="flex-1 font-semibold">{t("compareBoth")}</h2>
          <button type="button" className="chip" aria-pressed={differing} onClick={() => setDiffering(!differing)}>
            {t("compareDiffering")}
          </button>
        </div>
        <Waterfall
          pairs={differing ? all.filter(differ) : all}
          first={first}
          second={second}
          selected={selected}
          onSelect={(id) => void go({ search: { step: id === selected ? undefined : id }, replace: true })}
        />
      </section>
      {pair ? <StepDifference pair={pair} first={first} second={second} /> : <p className="text-sm text-fg-3">{t("compareSelect")}</p>}
      <PlanDifference first={first} second={second} />
    </>
  );
}

function Totals({ first, second }: { first: Side; second: Side }) {
  const { t } = useWords();
  const count = (side: Side): number => side.steps.filter((step) => step.status === "completed" && step.reason !== "kept").length;
  const cost = (side: Side): number => side.execution.cost ?? side.steps.reduce((sum, step) => sum + (step.cost ?? 0), 0);
  const figures: [string, (side: Side) => number, (value: number) => string][] = [
    [t("workTime"), (side) => side.timing.total, duration],
    [t("stepsDone"), count, String],
    [t("cost"), cost, money],
    [t("tokens"), (side) => side.execution.tokens, String],
  ];
  return (
    <div className="card overflow-x-auto" tabIndex={0} role="group" aria-label={t("metrics")} data-totals>
      <table className="w-full text-sm">
        <thead className="text-2xs text-fg-3">
          <tr>
            <th className="px-4 py-2 text-start font-medium">{t("execution")}</th>
            <th className="py-2 text-start font-medium">{t("state")}</th>
            {figures.map(([name]) => (
              <th key={name} className="px-3 py-2 text-end font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          <Row name={t("compareFirst")} side={first} figures={figures} />
          <Row name={t("compareSecond")} side={second} figures={figures} second />
          <tr className="text-fg-2">
            <td className="px-4 py-2" colSpan={2}>
              {t("delta")}
            </td>
            {figures.map(([name, of, show]) => {
              const more = of(second) - of(first);
              return (
                <td key={name} className="px-3 py-2 text-end">
                  <Num text={`${more > 0 ? "+" : more < 0 ? "−" : ""}${show(Math.abs(more))}`} />
                </td>
              );
            })}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Row({ name, side, figures, second = false }: { name: string; side: Side; figures: [string, (side: Side) => number, (value: number) => string][]; second?: boolean }): ReactNode {
  const { execution } = side;
  return (
    <tr>
      <td className="min-w-52 px-4 py-2">
        <span className="flex items-center gap-2 text-2xs text-fg-2">
          <i aria-hidden className={`st twin-key ${second ? "second" : ""}`} data-s="completed" />
          {name}
          <Link to="/$id" params={{ id: execution.id }} search={{}} className="underline decoration-line-2 underline-offset-2 hover:text-fg">
            <Code text={execution.id.slice(-12)} />
          </Link>
        </span>
        <span className="line-clamp-2 font-medium">
          <Value text={execution.request} />
        </span>
      </td>
      <td className="py-2">
        <Badge status={execution.status} />
      </td>
      {figures.map(([label, of, show]) => (
        <td key={label} className="px-3 py-2 text-end">
          <Num text={show(of(side))} />
        </td>
      ))}
    </tr>
  );
}
