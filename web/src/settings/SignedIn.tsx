/** What became of a sign-in elsewhere that the person has just come back from. */

import { useState } from "react";

import { Problem } from "../api/client";
import { useWords } from "../i18n";
import type { Message } from "../i18n/words";
import { Code } from "../ui/bidi";
import { ProblemText } from "../ui/states";
import { take } from "./arrived";

const FAILED: Record<string, Message> = { state: "signInOver", error: "signInDenied", iss: "signInMixedUp", redirect: "signInRedirect" };

export function SignedIn() {
  const { t } = useWords();
  const [outcome] = useState(take);
  if (!outcome) return null;
  if (outcome.connected)
    return (
      <p role="status" className="text-sm" data-signed-in>
        <Code text={outcome.connected} className="font-semibold" /> {t("signInDone")}
      </p>
    );
  const problem = outcome.error instanceof Problem && outcome.error.code === "sign-in-failed" ? outcome.error : null;
  const sentence = problem && FAILED[problem.field];
  if (!sentence) return <ProblemText error={outcome.error} />;
  return (
    <p role="alert" className="problem">
      {t(sentence)} {problem.field === "redirect" && <Code text={outcome.redirect} />}
    </p>
  );
}
