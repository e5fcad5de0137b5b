/** The servers that the workspace is connected to: looked at again, removed, and a form for a new one. A secret goes in and is never shown. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plug, RotateCcw, Trash2, TriangleAlert } from "lucide-react";
import { useState } from "react";

import { api, type ConnectionView, type NewConnection } from "../api/client";
import { connectionsQuery } from "../api/queries";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { AccountFields, isService, NO_ACCOUNT, SIGN_IN_AT, useService, useSignIn, wantedAccount } from "../settings/AccountFields";
import { SignedIn } from "../settings/SignedIn";
import { SignInOffer, wantsSignIn } from "../settings/SignInOffer";
import { Code, Value } from "../ui/bidi";
import { Line } from "../ui/Line";
import { Failed, Loading, ProblemText } from "../ui/states";
import { Sure } from "../ui/Sure";
import { Told } from "../ui/Told";

type Kind = NewConnection["kind"];
const KINDS: Record<Kind, Message> = { dav: "connectDav", google: "connectGoogle", microsoft: "connectMicrosoft", openapi: "connectOpenapi", mcp: "connectMcp", a2a: "connectA2a", slack: "connectSlack", ntfy: "connectNtfy", webhook: "connectWebhook" };
const ORDER: Kind[] = ["dav", "google", "microsoft", "openapi", "mcp", "a2a", "slack", "ntfy", "webhook"];
type Own = "user" | "channel" | "gates" | "answers";
/** What is asked of a kind beside its address and secret. */
const OWN: Partial<Record<Kind, Own[]>> = { dav: ["user"], a2a: ["answers"], slack: ["channel", "gates"], ntfy: ["gates"], webhook: ["gates"] };
const ADDRESSES: Partial<Record<Kind, Message>> = { openapi: "connectDocument", ntfy: "connectTopic" };
const SLACK = "https://slack.com/api";

export function Connections() {
  const { t } = useWords();
  const found = useQuery(connectionsQuery);
  return (
    <div className="flex flex-col gap-4" data-connections>
      <p className="text-sm text-fg-2">{t("connectionsText")}</p>
      <SignedIn />
      {found.isPending && <Loading rows={2} />}
      {found.isError && !found.data && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.length === 0 && <p className="text-sm text-fg-3">{t("connectionsNone")}</p>}
      {found.data && found.data.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border">
          {found.data.map((one) => (
            <Row key={one.name} one={one} />
          ))}
        </ul>
      )}
      <Adding />
    </div>
  );
}

function Row({ one }: { one: ConnectionView }) {
  const { t, ago } = useWords();
  const cache = useQueryClient();
  const [sure, setSure] = useState(false);
  const again = () => cache.invalidateQueries({ queryKey: ["connections"] });
  const look = useMutation({ mutationFn: () => api.connections.test(one.name), onSettled: again });
  const remove = useMutation({ mutationFn: () => api.connections.remove(one.name), onSuccess: again });
  const approve = useMutation({ mutationFn: () => api.connections.approve(one.name), onSettled: again });
  const signIn = useSignIn();
  const enters = one.signsIn && (isService(one.kind) || one.kind === "mcp") ? one.kind : null;
  const changed = one.trouble.includes("agreed to") && (one.kind === "mcp" || one.kind === "a2a");
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-connection-name={one.name}>
      <div className="min-w-56 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <Plug size={14} aria-hidden className="text-fg-3" />
          <Code text={one.name} className="font-semibold" />
          <span className="text-xs text-fg-2">{t(KINDS[one.kind])}</span>
        </p>
        <p className="wrap-anywhere text-xs text-fg-2">
          <Code text={one.user ? `${one.user} @ ${one.address}` : one.address} />
        </p>
        <p className="text-xs text-fg-2">
          {one.offers.map((offer) => (
            <span key={offer} className="pe-2">
              <Value text={offer} />
            </span>
          ))}
          · {t("checkedAt")} <time dateTime={one.checkedAt}>{ago(one.checkedAt)}</time>
        </p>
        {one.trouble && (
          <p className="flex items-center gap-1.5 text-sm text-err-f">
            <TriangleAlert size={14} aria-hidden className="shrink-0" />
            <Told detail={one.trouble} />
          </p>
        )}
        <ProblemText error={look.error ?? approve.error ?? signIn.error} />
      </div>
      {one.trouble && enters && (
        <button type="button" className="btn" disabled={signIn.isPending} onClick={() => signIn.mutate({ name: one.name, kind: enters, address: one.address })} aria-label={`${t("signInAgain")}: ${one.name}`}>
          {t("signInAgain")}
        </button>
      )}
      {changed && (
        <button type="button" className="btn" disabled={approve.isPending} onClick={() => approve.mutate()} aria-label={`${t("approveConnection")}: ${one.name}`}>
          {t("approveConnection")}
        </button>
      )}
      <button type="button" className="btn" disabled={look.isPending} onClick={() => look.mutate()} aria-label={`${t("checkConnection")}: ${one.name}`}>
        <RotateCcw size={14} aria-hidden />
        {t("checkConnection")}
      </button>
      <button type="button" className="btn icon danger" onClick={() => setSure(true)} aria-label={`${t("remove")}: ${one.name}`} title={t("remove")}>
        <Trash2 size={14} aria-hidden />
      </button>
      {sure && (
        <Sure title={t("removeConnectionSure")} no={t("keepIt")} yes={t("remove")} busy={remove.isPending} error={remove.error} onNo={() => setSure(false)} onYes={() => remove.mutate()}>
          <Code text={one.name} className="font-semibold" /> {t("removeConnectionText")}
        </Sure>
      )}
    </li>
  );
}

const EMPTY = { name: "", kind: "dav" as Kind, address: "", user: "", secret: "", channel: "", gates: false, answers: false };

/** Only what its kind takes: what was typed for another one stays out. */
function wanted(made: typeof EMPTY): NewConnection {
  const has = (own: Own) => (OWN[made.kind] ?? []).includes(own);
  return {
    name: made.name,
    kind: made.kind,
    address: made.address,
    secret: made.secret || null,
    ...(has("user") && { user: made.user }),
    ...(has("channel") && { channel: made.channel }),
    ...(has("gates") && { gates: made.gates }),
    ...(has("answers") && made.answers && { reads: ["ask"] }),
  } as NewConnection;
}

function Adding() {
  const { t } = useWords();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState(EMPTY);
  const set = (change: Partial<typeof EMPTY>): void => setMade((old) => ({ ...old, ...change }));
  const add = useMutation({
    mutationFn: () => api.connections.add(wanted(made)),
    onSuccess: () => {
      setMade(EMPTY);
      setOpen(false);
      void cache.invalidateQueries({ queryKey: ["connections"] });
      void cache.invalidateQueries({ queryKey: ["catalog"] });
    },
  });
  const [account, setAccount] = useState(NO_ACCOUNT);
  const signIn = useSignIn();
  const service = isService(made.kind) ? made.kind : null;
  const parts = useService(made.kind)?.parts ?? [];
  const own = OWN[made.kind] ?? [];
  if (!open)
    return (
      <button type="button" className="btn self-start" onClick={() => setOpen(true)}>
        <Plug size={14} aria-hidden />
        {t("connectNew")}
      </button>
    );
  return (
    <form
      className="flex flex-col gap-3 rounded-lg border p-4"
      aria-label={t("connectNew")}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        if (service) signIn.mutate(wantedAccount(made.name, service, account, parts));
        else add.mutate();
      }}
    >
      <div role="group" aria-label={t("filterKind")} className="flex flex-wrap gap-1.5">
        {ORDER.map((kind) => (
          <button key={kind} type="button" className="chip" aria-pressed={made.kind === kind} onClick={() => set({ kind, address: kind === "slack" && !made.address ? SLACK : made.address })}>
            {t(KINDS[kind])}
          </button>
        ))}
      </div>
      <Line name={t("connectName")}>{(id) => <input id={id} className="field font-mono" dir="ltr" required maxLength={30} value={made.name} onChange={(event) => set({ name: event.target.value })} />}</Line>
      {service ? <AccountFields kind={service} account={account} set={(change) => setAccount((old) => ({ ...old, ...change }))} /> : <ServerFields made={made} own={own} set={set} />}
      {!service && wantsSignIn(add.error) ? <SignInOffer name={made.name} address={made.address} /> : <ProblemText error={service ? signIn.error : add.error} />}
      <div className="flex gap-2">
        <button type="submit" className="btn primary" disabled={add.isPending || signIn.isPending || signIn.isSuccess || (service !== null && account.left.length >= parts.length)}>
          {t(service ? SIGN_IN_AT[service] : "connectIt")}
        </button>
        <span className="flex-1" />
        <button type="button" className="btn" onClick={() => setOpen(false)}>
          {t("close")}
        </button>
      </div>
    </form>
  );
}

function ServerFields({ made, own, set }: { made: typeof EMPTY; own: readonly Own[]; set: (change: Partial<typeof EMPTY>) => void }) {
  const { t } = useWords();
  return (
    <>
      <Line name={t(ADDRESSES[made.kind] ?? "connectAddress")}>
        {(id) => <input id={id} className="field font-mono" type="url" dir="ltr" required maxLength={2000} value={made.address} onChange={(event) => set({ address: event.target.value })} />}
      </Line>
      {own.includes("user") && <Line name={t("connectUser")}>{(id) => <input id={id} className="field" dir="ltr" maxLength={300} value={made.user} onChange={(event) => set({ user: event.target.value })} />}</Line>}
      <Line name={t("connectSecret")}>{(id) => <input id={id} className="field" type="password" dir="ltr" autoComplete="new-password" value={made.secret} onChange={(event) => set({ secret: event.target.value })} />}</Line>
      <p className="text-xs text-fg-2">{t("connectSecretText")}</p>
      {own.includes("channel") && <Line name={t("connectChannel")}>{(id) => <input id={id} className="field" dir="ltr" maxLength={100} placeholder="#general" value={made.channel} onChange={(event) => set({ channel: event.target.value })} />}</Line>}
      {own.includes("gates") && <Choice name={t("connectGates")} on={made.gates} change={(gates) => set({ gates })} />}
      {own.includes("answers") && <Choice name={t("connectAnswers")} on={made.answers} change={(answers) => set({ answers })} />}
    </>
  );
}

function Choice({ name, on, change }: { name: string; on: boolean; change: (on: boolean) => void }) {
  return (
    <label className="flex items-center gap-2 text-sm">
      <input type="checkbox" className="size-4 shrink-0" checked={on} onChange={(event) => change(event.target.checked)} />
      {name}
    </label>
  );
}
