import { useState } from "react";

import { api } from "../api/client";
import { useWords } from "../i18n";
import { ProblemText } from "../ui/states";
import { Logo } from "./Logo";
import { signedIn } from "./session";

export function SignIn() {
  const { t } = useWords();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<unknown>(null);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <form
        className="card flex w-full max-w-md flex-col gap-3 p-6"
        onSubmit={(event) => {
          event.preventDefault();
          api.signIn(token).then(signedIn, setProblem);
        }}
      >
        <Logo />
        <h1 className="text-xl font-bold">{t("signIn")}</h1>
        <p className="text-sm text-fg-2">{t("signInText")}</p>
        <label htmlFor="token" className="text-sm font-medium">
          {t("token")}
        </label>
        <input id="token" className="field" type="password" dir="ltr" autoComplete="current-password" required autoFocus value={token} onChange={(event) => setToken(event.target.value)} />
        <ProblemText error={problem} />
        <button type="submit" className="btn primary">
          {t("signIn")}
        </button>
      </form>
    </main>
  );
}
