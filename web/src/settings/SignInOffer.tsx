/** A server has said that it wants a person to sign in: the way there, and, where it knows only who is registered, the client that one brings. */

import { useState } from "react";

import { Problem } from "../api/client";
import { useWords } from "../i18n";
import { Line } from "../ui/Line";
import { ProblemText } from "../ui/states";
import { useSignIn } from "./AccountFields";

export const wantsSignIn = (error: unknown): boolean => error instanceof Problem && error.code === "sign-in-needed";

export function SignInOffer({ name, address }: { name: string; address: string }) {
  const { t } = useWords();
  const signIn = useSignIn();
  const [client, setClient] = useState({ clientId: "", clientSecret: "" });
  const brings = signIn.error instanceof Problem && signIn.error.field === "clientId";
  return (
    <div className="flex flex-col gap-3 rounded-lg border p-3" role="group" aria-label={t("signInThere")} data-sign-in-offer>
      <p role="status" className="text-sm">
        {t("signInWanted")}
      </p>
      <ProblemText error={signIn.error} />
      {brings && (
        <>
          <Line name={t("clientId")}>{(id) => <input id={id} className="field font-mono" dir="ltr" maxLength={500} value={client.clientId} onChange={(event) => setClient({ ...client, clientId: event.target.value })} />}</Line>
          <Line name={t("clientSecretMaybe")}>{(id) => <input id={id} className="field" type="password" dir="ltr" autoComplete="new-password" maxLength={2000} value={client.clientSecret} onChange={(event) => setClient({ ...client, clientSecret: event.target.value })} />}</Line>
        </>
      )}
      <button type="button" className="btn primary self-start" disabled={signIn.isPending || signIn.isSuccess} onClick={() => signIn.mutate({ name, kind: "mcp", address, ...client })}>
        {t("signInThere")}
      </button>
    </div>
  );
}
