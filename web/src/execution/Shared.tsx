/** What the calls of an execution share beside their outputs: each value with its history and where it came from, and the messages between
 *  agents. Read again when the log says that there is more. */

import { useQuery } from "@tanstack/react-query";
import { MessageSquare, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import { api, type Label, type SentMessage, type SharedVersion } from "../api/client";
import { useWords } from "../i18n";
import { Code, Num, Value } from "../ui/bidi";
import { Failed, Loading } from "../ui/states";
import { Json } from "./Inspector";
import type { LiveStep } from "./fold";
import type { Line } from "./live";

interface Props {
  id: string;
  steps: readonly LiveStep[];
  lines: readonly Line[];
  step: string | undefined; // the one that is selected: only what it wrote
  onSelect: (id: string) => void;
}

export function Shared({ id, steps, lines, step, onSelect }: Props) {
  const { t } = useWords();
  const last = lines.findLast((line) => line.kind === "shared.written" || line.kind === "message.sent")?.seq ?? 0;
  const context = useQuery({ queryKey: ["context", id, last], queryFn: () => api.context(id), placeholderData: (before) => before });
  if (context.isPending) return <Loading />;
  if (context.isError) return <Failed error={context.error} again={() => void context.refetch()} />;
  const titles = new Map(steps.map((one) => [one.id, one.title]));
  const mine = <Told extends { step: string }>(told: readonly Told[]): Told[] => told.filter((one) => step === undefined || one.step === step);
  const [values, messages] = [mine(context.data.values), mine(context.data.messages)];
  if (values.length + messages.length === 0) return <p className="p-4 text-sm text-fg-3">{t("sharedNone")}</p>;
  const by = (author: string) => (
    <button type="button" className="underline decoration-line-2 underline-offset-2 hover:text-fg" onClick={() => onSelect(author)}>
      <Value text={titles.get(author) ?? author} />
    </button>
  );
  return (
    <div className="flex h-full flex-col gap-4 overflow-auto p-4 text-sm" tabIndex={0} role="group" aria-label={t("shared")} data-shared>
      {[...Map.groupBy(values, (value) => value.key)].map(([key, versions]) => (
        <Versions key={key} name={key} versions={versions} by={by} />
      ))}
      {messages.length > 0 && (
        <section>
          <h3 className="eyebrow mb-1">{t("messages")}</h3>
          <ol className="flex flex-col gap-2">
            {messages.map((message) => (
              <Message key={message.number} message={message} by={by} titles={titles} />
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

type By = (author: string) => ReactNode;

function Versions({ name, versions, by }: { name: string; versions: readonly SharedVersion[]; by: By }) {
  const { t } = useWords();
  const stands = versions.findLast((version) => version.stands) ?? versions.at(-1)!;
  const before = versions.filter((version) => version !== stands).reverse();
  return (
    <section data-value={name}>
      <h3 className="mb-1">
        <Code text={name} className="font-semibold" />
      </h3>
      <Version version={stands} by={by} />
      {before.length > 0 && (
        <details className="mt-1">
          <summary className="cursor-pointer text-xs text-fg-2">{t("sharedHistory", { count: before.length })}</summary>
          <div className="mt-2 flex flex-col gap-2 ps-3">
            {before.map((version) => (
              <Version key={version.version} version={version} by={by} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}

function Version({ version, by }: { version: SharedVersion; by: By }) {
  const { t, time, policy } = useWords();
  return (
    <div>
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-fg-2">
        <Num text={`v${version.version}`} />
        {by(version.step)}
        <Num text={time(version.at)} />
        {version.policy && <span className="text-wait-f">{policy(version.policy)}</span>}
        {!version.stands && <span className="text-err-f">{t("sharedNotStanding")}</span>}
      </p>
      <From label={version.label as unknown as Label} />
      <Json value={version.value} />
    </div>
  );
}

function From({ label }: { label: Label }) {
  const { t } = useWords();
  if (label.integrity !== "untrusted") return null;
  return (
    <p className="flex items-center gap-1.5 text-xs text-wait-f">
      <TriangleAlert size={13} aria-hidden className="shrink-0" />
      {t("untrusted")} <Code text={label.sources.join(", ")} />
    </p>
  );
}

function Message({ message, by, titles }: { message: SentMessage; by: By; titles: ReadonlyMap<string, string> }) {
  const { t, time } = useWords();
  return (
    <li className="rounded-md bg-sunken px-3 py-2" data-message={message.number}>
      <p className="flex flex-wrap items-center gap-x-2 text-xs text-fg-2">
        <MessageSquare size={13} aria-hidden />
        <Num text={`#${message.number}`} />
        {by(message.step)}
        <span>{t(message.message === "ask" ? "messageAsks" : message.message === "answer" ? "messageAnswers" : "messageTells")}</span>
        {message.to === "*" ? t("everybody") : <Value text={titles.get(message.to) ?? message.to} />}
        {message.answers != null && <Num text={`→ #${message.answers}`} />}
        <Num text={time(message.at)} />
      </p>
      <From label={message.label as unknown as Label} />
      {typeof message.body === "string" ? (
        <p dir="auto" className="whitespace-pre-wrap">
          <Value text={message.body} />
        </p>
      ) : (
        <Json value={message.body} />
      )}
    </li>
  );
}
