/** One tool or agent: what it takes and gives, what it does to the world, and a way to try it. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Bot, Check, ChevronLeft, Coins, Phone, Play, Timer, Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";

import { api, type Entry } from "../api/client";
import { activityQuery, catalogQuery } from "../api/queries";
import { blank, resolve, type Schema, SchemaForm } from "../approvals/SchemaForm";
import { Figure } from "../execution/Figures";
import { Json } from "../execution/Inspector";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Code, Num } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Empty, Failed, Loading, ProblemText } from "../ui/states";
import { Needs } from "../ui/Needs";
import { duration, money } from "../ui/units";
import { EffectBadge } from "./Catalog";
import { share } from "./Metrics";

export function CatalogEntry() {
  const { t } = useWords();
  const { name } = useParams({ from: "/catalog/$name" });
  const catalog = useQuery(catalogQuery);
  const entry = catalog.data?.find((one) => one.name === name);
  useTitle(name);
  return (
    <>
      <Header>
        <Link to="/catalog" className="text-fg-2 hover:text-fg">
          {t("catalog")}
        </Link>
        <ChevronLeft size={14} aria-hidden className="text-fg-3 ltr:rotate-180" />
        <Code text={name} />
      </Header>
      <main id="main" className="page">
        {catalog.isPending && <Loading rows={8} />}
        {catalog.isError && !catalog.data && <Failed error={catalog.error} again={() => void catalog.refetch()} />}
        {catalog.isSuccess && !entry && <Empty icon={Wrench} title={t("unknownCapability")} />}
        {entry && <Sheet key={entry.name} entry={entry} />}
      </main>
    </>
  );
}

function effectOf(entry: Entry, t: ReturnType<typeof useWords>["t"], name: ReturnType<typeof useWords>["effect"]): string {
  if (entry.ceiling !== "none") return t("asksLater", { effect: name(entry.ceiling) });
  return entry.effect === "none" ? name("none") : `${name(entry.effect)} · ${t(entry.reversible ? "reversible" : "irreversible")}`;
}

function Sheet({ entry }: { entry: Entry }) {
  const { t, language, effect, recovery } = useWords();
  const facts: [string, ReactNode][] = [
    [t("effect"), effectOf(entry, t, effect)],
    [t("afterCrash"), recovery(entry.recovery)],
    [t("timeLimit"), <Num text={duration(entry.timeout)} key="limit" />],
    [t("expectedTime"), <Num text={`~${duration(entry.seconds)}`} key="time" />],
    [t("expectedCost"), entry.cost > 0 ? <Num text={money(entry.cost)} key="cost" /> : t("free")],
  ];
  if (entry.asks) facts.push([t("approvals"), t("asksFirst")]);
  if (entry.locks.length > 0) facts.push([t("locks"), <Code text={entry.locks.join(", ")} key="locks" />]);
  if (entry.kind === "agent") facts.push([t("agent"), t(entry.needsModel ? "needsModel" : "worksWithoutModel")]);
  return (
    <>
      <div className="flex items-start gap-3">
        <span className="grid size-10 shrink-0 place-items-center rounded-[12px] bg-brand-tint text-brand">{entry.kind === "agent" ? <Bot size={19} aria-hidden /> : <Wrench size={19} aria-hidden />}</span>
        <div className="min-w-0 flex-1">
          <h1 className="text-xl font-bold">{entry.title[language]}</h1>
          <p className="max-w-3xl text-fg-2">{entry.description[language]}</p>
        </div>
        <EffectBadge entry={entry} />
      </div>
      <dl className="facts card p-4">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Health name={entry.name} />
      {entry.tools.length > 0 && (
        <section>
          <h2 className="eyebrow mb-2">{t("usesTools")}</h2>
          <div className="flex flex-wrap gap-2">
            {entry.tools.map((tool) => (
              <Link key={tool} to="/catalog/$name" params={{ name: tool }} className="chip">
                <Code text={tool} />
              </Link>
            ))}
          </div>
        </section>
      )}
      <div className="grid items-start gap-3.5 min-[1100px]:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-3.5">
          <Fields title={t("takes")} schema={entry.arguments as Schema} />
          <Fields title={t("gives")} schema={entry.output as Schema} />
          <Examples lines={entry.examples[language] ?? []} />
        </div>
        <Trial entry={entry} />
      </div>
    </>
  );
}

/** How its calls went lately. */
function Health({ name }: { name: string }) {
  const { t } = useWords();
  const activity = useQuery(activityQuery(168));
  if (!activity.data) return null;
  const found = activity.data.work.find((one) => one.name === name);
  if (!found) return <p className="text-sm text-fg-3">{t("neverCalled")}</p>;
  return (
    <section aria-label={t("health")} data-health className="card flex divide-x divide-line overflow-hidden max-[900px]:grid max-[900px]:grid-cols-3">
      <Figure icon={Phone} name={`${t("calls")} · ${t("health")}`} value={String(found.calls)} />
      <Figure icon={Check} name={t("success")} value={share(found)} />
      <Figure icon={Timer} name={t("p50")} value={found.p50 == null ? "–" : duration(found.p50)} />
      <Figure icon={Timer} name={t("p95")} value={found.p95 == null ? "–" : duration(found.p95)} />
      <Figure icon={Coins} name={t("cost")} value={money(found.cost)} />
    </section>
  );
}

function typeOf(schema: Schema, root: Schema): string {
  const real = resolve(schema, root, undefined);
  if (real.enum) return real.enum.map(String).join(" | ");
  if (real.type === "array") return `${typeOf(real.items ?? {}, root)}[]`;
  return real.format ?? (Array.isArray(real.type) ? real.type.join(" | ") : (real.type ?? "any"));
}

function Fields({ title, schema }: { title: string; schema: Schema }) {
  const { t } = useWords();
  const fields = Object.entries(resolve(schema, schema, undefined).properties ?? {});
  return (
    <section className="card overflow-hidden">
      <h2 className="px-4 pb-2 pt-3 font-semibold">{title}</h2>
      {fields.length === 0 ? (
        <p className="px-4 pb-3 text-sm text-fg-2">{t("nothingTaken")}</p>
      ) : (
        <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={title}>
          <table className="w-full text-start text-sm">
            <thead className="text-2xs text-fg-3">
              <tr>
                <th className="px-4 py-1 text-start font-medium">{t("name")}</th>
                <th className="py-1 text-start font-medium">{t("type")}</th>
                <th className="px-4 py-1 text-start font-medium">{t("meaning")}</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {fields.map(([name, field]) => (
                <tr key={name} className="align-top">
                  <td className="whitespace-nowrap px-4 py-1.5">
                    <Code text={name} className="font-semibold" />
                    {schema.required?.includes(name) && (
                      <span className="text-err">
                        {" *"}
                        <span className="sr-only">{t("required")}</span>
                      </span>
                    )}
                  </td>
                  <td className="py-1.5">
                    <Code text={typeOf(field, schema)} className="text-fg-2" />
                  </td>
                  <td className="px-4 py-1.5 text-fg-2">
                    <bdi>{field.description ?? ""}</bdi>
                    {field.default !== undefined && field.default !== null && field.default !== "" && <Code text={` = ${JSON.stringify(field.default)}`} className="text-fg-3" />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details className="border-t px-4 py-2 text-sm">
        <summary className="cursor-pointer text-fg-2">{t("schema")}</summary>
        <div className="mt-2">
          <Json value={schema} />
        </div>
      </details>
    </section>
  );
}

function Examples({ lines }: { lines: readonly string[] }) {
  const { t } = useWords();
  if (lines.length === 0) return null;
  return (
    <section>
      <h2 className="eyebrow mb-2">{t("examples")}</h2>
      <div className="flex flex-wrap gap-2">
        {lines.map((line) => (
          <Link key={line} to="/" search={{ q: line }} className="chip">
            {line}
          </Link>
        ))}
      </div>
    </section>
  );
}

/** One step through the engine: what changes anything asks first, also where the tool itself would not. */
function Trial({ entry }: { entry: Entry }) {
  const { t, language } = useWords();
  const go = useNavigate();
  const schema = entry.arguments as Schema;
  const [args, setArgs] = useState<unknown>(() => blank({ ...schema, default: undefined }, schema));
  const run = useMutation({
    mutationFn: () => {
      const title = entry.title[language] ?? entry.name;
      const step = { id: "try", title, [entry.kind]: entry.name, args, needs_approval: entry.effect !== "none" };
      return api.run(title, { request: title, goal: title, language, steps: [step] });
    },
    onSuccess: (execution) => go({ to: "/$id", params: { id: execution.id } }),
  });
  return (
    <section className="card p-4" aria-labelledby="try">
      <h2 id="try" className="font-semibold">
        {t("tryIt")}
      </h2>
      <p className="mb-3 text-sm text-fg-2">{t("tryText")}</p>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <SchemaForm schema={schema} value={args} onChange={setArgs} />
        <ProblemText error={run.error} />
        <Needs action="submit">
          <button type="submit" className="btn primary self-start" disabled={run.isPending}>
            <Play size={14} aria-hidden className="flip" />
            {t("tryIt")}
          </button>
        </Needs>
      </form>
    </section>
  );
}
