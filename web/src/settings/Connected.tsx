/** Where a person lands who has signed in elsewhere: what they bring is handed on, and they are back in the settings. */

import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { queries } from "../api/cache";
import { api, Problem } from "../api/client";
import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Failed, Loading } from "../ui/states";
import { useTitle } from "../ui/hooks";
import { arrived, leave } from "./arrived";

export function Connected() {
  const { t } = useWords();
  const go = useNavigate();
  useTitle(t("signInReturning"));
  const finish = useMutation({
    mutationFn: () => api.signIns.finish(arrived.redirect, arrived.answer),
    onSuccess: (made) => {
      void queries.invalidateQueries();
      leave({ connected: made.name, redirect: arrived.redirect });
      void go({ to: "/settings", replace: true });
    },
    onError: (error) => {
      // Who is not signed in here any more does that first, and is brought back; who cannot be heard may try again.
      if (!(error instanceof Problem) || error.status === 401) return;
      leave({ error, redirect: arrived.redirect });
      void go({ to: "/settings", replace: true });
    },
  });
  const { mutate } = finish;
  useEffect(() => mutate(), [mutate]);
  return (
    <>
      <Header>{t("settings")}</Header>
      <main id="main" className="page max-w-3xl">
        <h1 className="text-lg font-semibold">{t("signInReturning")}</h1>
        {finish.isError ? <Failed error={finish.error} again={() => mutate()} /> : <Loading rows={2} />}
      </main>
    </>
  );
}
