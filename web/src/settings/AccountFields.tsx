/** What is needed before a person can sign in to an account elsewhere: by whom we are known there, and which parts are wanted. */

import { useMutation, useQuery } from "@tanstack/react-query";

import { api, type NewSignIn } from "../api/client";
import { signInsQuery } from "../api/queries";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { Code } from "../ui/bidi";
import { Line } from "../ui/Line";

export type Service = Exclude<NewSignIn["kind"], "mcp">;
const PARTS: Record<string, Message> = { contacts: "partContacts", calendar: "partCalendar", mail: "partMail", documents: "partDocuments" };

export const SIGN_IN_AT: Record<Service, Message> = { google: "signInGoogle", microsoft: "signInMicrosoft" };
export const isService = (kind: string): kind is Service => kind in SIGN_IN_AT;

/** left: the parts that are not wanted. server: one that speaks as the service does. */
export const NO_ACCOUNT = { clientId: "", clientSecret: "", server: "", left: [] as string[] };
export type Account = typeof NO_ACCOUNT;

/** The browser leaves for the service, and comes back to `/connected/…`. */
export function useSignIn() {
  return useMutation({ mutationFn: api.signIns.begin, onSuccess: (started) => window.location.assign(started.address) });
}

export function wantedAccount(name: string, kind: Service, account: Account, parts: readonly string[]) {
  const only = account.left.length > 0 ? parts.filter((part) => !account.left.includes(part)) : [];
  return { name, kind, only, address: account.server, clientId: account.clientId, clientSecret: account.clientSecret };
}

export function useService(kind: string) {
  return useQuery(signInsQuery).data?.find((one) => one.kind === kind);
}

export function AccountFields({ kind, account, set }: { kind: Service; account: Account; set: (change: Partial<Account>) => void }) {
  const { t } = useWords();
  const service = useService(kind);
  const brings = service !== undefined && (!service.registered || account.server !== "");
  const turn = (part: string) => set({ left: account.left.includes(part) ? account.left.filter((one) => one !== part) : [...account.left, part] });
  return (
    <>
      {brings && (
        <>
          <p className="text-xs text-fg-2">
            {t("signInRegister")} <Code text={`${location.origin}/orchestrate/connected/${kind}${account.server ? "-elsewhere" : ""}`} />
          </p>
          <Line name={t("clientId")}>{(id) => <input id={id} className="field font-mono" dir="ltr" required maxLength={500} value={account.clientId} onChange={(event) => set({ clientId: event.target.value })} />}</Line>
          <Line name={t(kind === "google" ? "clientSecret" : "clientSecretMaybe")}>
            {(id) => <input id={id} className="field" type="password" dir="ltr" required={kind === "google"} autoComplete="new-password" maxLength={2000} value={account.clientSecret} onChange={(event) => set({ clientSecret: event.target.value })} />}
          </Line>
          <p className="text-xs text-fg-2">{t("connectSecretText")}</p>
        </>
      )}
      <div role="group" aria-label={t("signInParts")} className="flex flex-wrap items-center gap-1.5">
        <span aria-hidden className="pe-1 text-xs font-medium text-fg-2">
          {t("signInParts")}
        </span>
        {service?.parts.map((part) => (
          <button key={part} type="button" className="chip" aria-pressed={!account.left.includes(part)} onClick={() => turn(part)}>
            {PARTS[part] ? t(PARTS[part]) : part}
          </button>
        ))}
      </div>
      <details className="text-sm">
        <summary className="cursor-pointer text-fg-2">{t("signInElsewhere")}</summary>
        <div className="pt-2">
          <Line name={t("connectAddress")}>{(id) => <input id={id} className="field font-mono" type="url" dir="ltr" maxLength={2000} value={account.server} onChange={(event) => set({ server: event.target.value })} />}</Line>
        </div>
      </details>
    </>
  );
}
