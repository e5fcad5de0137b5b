/** What waits for a person: exactly what will run, and the ways to decide. */

import { CircleHelp, Hand, Pencil, TriangleAlert, Undo2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";

import { api, type Approval, Problem } from "../api/client";
import { useWords } from "../i18n";
import { Code, Value, visible } from "../ui/bidi";
import { Needs, useRefused } from "../ui/Needs";
import { ProblemText } from "../ui/states";
import { Arguments } from "./Arguments";
import { changes, Difference } from "./Difference";
import { type Schema, SchemaForm } from "./SchemaForm";

export type Decide = (act: () => Promise<unknown>) => Promise<void>;

export function ApprovalCard({ approval, onDecided }: { approval: Approval; onDecided: () => void }) {
  const { t, ago } = useWords();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const heading = useId();
  const asks = approval.purpose === "approval";

  const decide: Decide = async (act) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      onDecided();
    } catch (error) {
      setProblem(error);
      setBusy(false);
      // Somebody else was quicker: what is shown is out of date.
      if (error instanceof Problem && error.status === 409) onDecided();
    }
  };

  return (
    <section className="approval card" aria-labelledby={heading} data-approval={approval.id} data-purpose={approval.purpose}>
      <div className="flex items-start gap-3">
        <span className="grid size-9 shrink-0 place-items-center rounded-[11px] bg-wait-t text-wait-f">{asks ? <Hand size={17} aria-hidden /> : <CircleHelp size={17} aria-hidden />}</span>
        <div className="min-w-0 flex-1">
          <p className="eyebrow text-wait-f!">{t(asks ? "approvalNeeded" : "question")}</p>
          <h2 id={heading} className="text-lg font-bold">
            <Value text={approval.title} />
          </h2>
          {asks && <p className="text-sm text-fg-2">{t("nothingYet")}</p>}
          {asks && <Sentences all={approval.known ?? []} />}
        </div>
        {approval.expiresAt && <span className="text-xs text-fg-2">{t("expires", { when: ago(approval.expiresAt) })}</span>}
      </div>
      {asks && <Facts approval={approval} />}
      {!asks && <Doubt approval={approval} />}
      {asks ? <YesOrNo approval={approval} busy={busy} decide={decide} /> : <Reply approval={approval} busy={busy} decide={decide} />}
      <ProblemText error={problem} />
    </section>
  );
}

function Facts({ approval }: { approval: Approval }) {
  const { t, effect } = useWords();
  const facts: [string, ReactNode][] = [
    [t("tool"), <Code text={approval.tool ?? ""} key="tool" />],
    [t("effect"), `${effect(approval.effect)} · ${t(approval.reversible ? "reversible" : "irreversible")}`],
  ];
  if (approval.sources?.length) facts.push([t("sources"), <Value text={approval.sources.join(", ")} key="sources" />]);
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {approval.integrity === "untrusted" && (
        <p className="flex items-center gap-2 rounded-md bg-wait-t px-3 py-2 text-sm text-wait-f">
          <TriangleAlert size={15} aria-hidden className="shrink-0" />
          {t("untrusted")}
        </p>
      )}
    </>
  );
}

function Sentences({ all }: { all: readonly string[] }) {
  if (all.length === 0) return null;
  return (
    <ul className="text-sm text-fg-2">
      {all.map((sentence) => (
        <li key={sentence}>
          <Value text={sentence} />
        </li>
      ))}
    </ul>
  );
}

/** What is known of an effect that is in doubt: how it came to that, and exactly which call it is about. */
function Doubt({ approval }: { approval: Approval }) {
  const known = approval.known ?? [];
  if (known.length === 0) return null;
  return (
    <>
      <Sentences all={known} />
      {approval.args != null && <Arguments value={approval.args} label={approval.tool ?? ""} />}
    </>
  );
}

function YesOrNo({ approval, busy, decide }: { approval: Approval; busy: boolean; decide: Decide }) {
  const { t } = useWords();
  const [note, setNote] = useState("");
  const [edited, setEdited] = useState<unknown>(undefined);
  const editing = edited !== undefined;
  const found = editing ? changes(approval.args, edited) : [];
  const args = found.length > 0 ? (edited as Record<string, unknown>) : null;
  return (
    <>
      {editing ? (
        <>
          <Editor approval={approval} value={edited} onChange={setEdited} />
          <Difference found={found} />
        </>
      ) : (
        <Arguments value={approval.args} label={approval.tool ?? ""} />
      )}
      <Needs action="decide">
        <div className="flex flex-wrap items-center gap-2">
          <button type="button" className="btn primary" disabled={busy} onClick={() => void decide(() => api.approve(approval, { args, note: "" }))}>
            {t(args ? "approveEdited" : "approve")}
          </button>
          {approval.argsSchema && (
            <button type="button" className="btn" disabled={busy} onClick={() => setEdited(editing ? undefined : structuredClone(approval.args))}>
              {editing ? <Undo2 size={14} aria-hidden className="flip" /> : <Pencil size={14} aria-hidden />}
              {t(editing ? "dropEdit" : "edit")}
            </button>
          )}
          <span className="flex-1" />
          <input className="field max-w-64 flex-1" type="text" dir={note === "" ? undefined : "auto"} maxLength={1000} placeholder={t("reason")} aria-label={t("reason")} value={note} onChange={(event) => setNote(event.target.value)} />
          <button type="button" className="btn danger" disabled={busy} onClick={() => void decide(() => api.reject(approval, note))}>
            {t("reject")}
          </button>
        </div>
      </Needs>
    </>
  );
}

/** One form for one call; of a step with several calls one after the other. */
function Editor({ approval, value, onChange }: { approval: Approval; value: unknown; onChange: (value: unknown) => void }) {
  const schema = approval.argsSchema as Schema;
  if (!Array.isArray(value)) return <SchemaForm schema={schema} value={value} onChange={onChange} />;
  return (
    <div className="flex flex-col gap-3">
      {value.map((call, number) => (
        <fieldset key={number} className="rounded-lg border p-3">
          <legend className="num px-1 font-semibold">{`${number + 1}/${value.length}`}</legend>
          <SchemaForm schema={schema} value={call} onChange={(changed) => onChange(value.map((old, at) => (at === number ? changed : old)))} />
        </fieldset>
      ))}
    </div>
  );
}

function Reply({ approval, busy, decide }: { approval: Approval; busy: boolean; decide: Decide }) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<number | null>(null);
  const [text, setText] = useState("");
  const name = useId();
  const options = approval.options ?? [];
  const refused = useRefused("decide");
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void decide(() => api.approve(approval, options.length > 0 ? { option: chosen, note: "" } : { text, note: "" }));
      }}
    >
      {options.length > 0 ? (
        <fieldset className="flex flex-col gap-1.5" disabled={refused}>
          <legend className="sr-only">{visible(approval.title)}</legend>
          {options.map((option, number) => (
            <label key={number} className="option">
              <input type="radio" name={name} required checked={chosen === number} onChange={() => setChosen(number)} />
              <Value text={option.label} />
            </label>
          ))}
        </fieldset>
      ) : (
        <input className="field" type="text" dir={text === "" ? undefined : "auto"} maxLength={2000} aria-label={t("yourAnswer")} placeholder={t("yourAnswer")} required disabled={refused} value={text} onChange={(event) => setText(event.target.value)} />
      )}
      <Needs action="decide">
        <div className="flex items-center gap-2">
          <button type="submit" className="btn primary" disabled={busy}>
            {t("answerIt")}
          </button>
          <span className="flex-1" />
          <button type="button" className="btn danger" disabled={busy} onClick={() => void decide(() => api.reject(approval, ""))}>
            {t("reject")}
          </button>
        </div>
      </Needs>
    </form>
  );
}
