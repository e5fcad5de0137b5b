/** Ask for something; look at the plan first, or run it at once. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Eye, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { api } from "../api/client";
import { executionsQuery } from "../api/queries";
import { useWords } from "../i18n";
import { EXAMPLES } from "../i18n/names";
import { Header } from "../shell/Header";
import { useTitle } from "../ui/hooks";
import { Needs, useRefused } from "../ui/Needs";
import { Failed, Loading, ProblemText } from "../ui/states";
import { ExecutionRow } from "./ExecutionRow";
import { PlanPreview } from "./PlanPreview";
import { Welcome } from "./Welcome";

export function NewRequest() {
  const { t, language } = useWords();
  const go = useNavigate();
  const { q } = useSearch({ from: "/" });
  const [text, setText] = useState(q ?? "");
  const box = useRef<HTMLTextAreaElement>(null);
  const submit = useMutation({ mutationFn: api.submit, onSuccess: (execution) => go({ to: "/$id", params: { id: execution.id } }) });
  const preview = useMutation({ mutationFn: api.preview });
  useTitle("");
  useEffect(() => box.current?.focus(), []);
  const busy = submit.isPending || preview.isPending;

  const refused = useRefused("submit");

  const act = (what: (text: string) => void): void => {
    if (refused) return;
    if (text.trim() === "") box.current?.focus();
    else if (!busy) what(text);
  };
  const write = (example: string): void => {
    setText(example);
    preview.reset();
    box.current?.focus();
  };

  return (
    <>
      <Header>{t("newRequest")}</Header>
      <main id="main" className="page mx-auto w-full max-w-4xl gap-5!">
        <form
          className="flex flex-col gap-3 pt-6 max-[900px]:pt-2"
          onSubmit={(event) => {
            event.preventDefault();
            act(submit.mutate);
          }}
        >
          <h1 className="text-[26px] font-bold leading-9">
            <label htmlFor="query">{t("ask")}</label>
          </h1>
          <textarea
            id="query"
            ref={box}
            className="field min-h-24 text-base! shadow-1"
            dir={text === "" ? undefined : "auto"}
            rows={3}
            maxLength={20000}
            placeholder={t("placeholder")}
            value={text}
            disabled={refused}
            onChange={(event) => {
              setText(event.target.value);
              preview.reset();
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              act(submit.mutate);
            }}
          />
          <Needs action="submit">
            <div className="flex flex-wrap items-center gap-2">
              <button type="submit" className="btn primary" disabled={busy}>
                <Play size={14} aria-hidden className="flip" />
                {t("send")}
              </button>
              <button type="button" className="btn" disabled={busy} onClick={() => act(preview.mutate)}>
                <Eye size={14} aria-hidden />
                {t("showPlan")}
              </button>
              <span className="text-xs text-fg-3 max-[900px]:hidden">{t("askHint")}</span>
            </div>
          </Needs>
          <ProblemText error={submit.error ?? preview.error} />
        </form>
        {preview.isPending && <Loading />}
        {preview.data && <PlanPreview preview={preview.data} busy={busy} onRun={() => act(submit.mutate)} onCancel={() => write(text)} />}
        {!preview.data && !preview.isPending && (
          <>
            <section aria-label={t("examples")}>
              <h2 className="eyebrow mb-2">{t("examples")}</h2>
              <div className="flex flex-wrap gap-2">
                {EXAMPLES[language].map((example) => (
                  <button key={example} type="button" className="chip" onClick={() => write(example)}>
                    {example}
                  </button>
                ))}
              </div>
            </section>
            <Recent />
          </>
        )}
      </main>
    </>
  );
}

function Recent() {
  const { t } = useWords();
  const recent = useQuery(executionsQuery({ limit: 8 }));
  const items = recent.data?.items ?? [];
  return (
    <>
      {recent.isSuccess && items.length <= 1 && <Welcome sample={items.find((one) => one.status === "waiting")} />}
    <section>
      <div className="mb-2 flex items-center">
        <h2 className="eyebrow flex-1">{t("recent")}</h2>
        <Link to="/executions" className="text-xs text-fg-2 hover:text-fg">
          {t("allExecutions")}
        </Link>
      </div>
      {recent.isPending && <Loading />}
      {recent.isError && !recent.data && <Failed error={recent.error} again={() => void recent.refetch()} />}
      {recent.data?.items.length === 0 && <p className="card p-5 text-sm text-fg-2">{t("none")}</p>}
      {recent.data && recent.data.items.length > 0 && (
        <ul className="recent card divide-y divide-line overflow-hidden">
          {recent.data.items.map((execution) => (
            <ExecutionRow key={execution.id} execution={execution} />
          ))}
        </ul>
      )}
    </section>
    </>
  );
}
