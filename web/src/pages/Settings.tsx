/** What a person can choose here, and where the rest is chosen. */

import { useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { type ReactNode, useId } from "react";

import { statusQuery } from "../api/queries";
import { setLanguage, useWords } from "../i18n";
import { Header } from "../shell/Header";
import { signOut } from "../shell/session";
import { DesktopReminders } from "../settings/DesktopReminders";
import { Keys } from "../settings/Keys";
import { Members } from "../settings/Members";
import { Workspace } from "../settings/Workspace";
import { setTheme, type Theme, useTheme } from "../theme";
import { Code, Num, Value } from "../ui/bidi";
import { useTitle } from "../ui/hooks";
import { Failed } from "../ui/states";
import { Connections } from "./Connections";

export function Settings() {
  const { t, language } = useWords();
  const theme = useTheme();
  const status = useQuery(statusQuery);
  useTitle(t("settings"));
  const themes: [Theme, string][] = [
    ["system", t("system")],
    ["light", t("light")],
    ["dark", t("dark")],
  ];
  return (
    <>
      <Header>{t("settings")}</Header>
      <main id="main" className="page max-w-3xl">
        <h1 className="sr-only">{t("settings")}</h1>
        <Section title={t("appearance")}>
          <Choice
            name={t("languageOf")}
            value={language}
            choices={[
              ["he", <span lang="he">עברית</span>],
              ["en", <span lang="en">English</span>],
            ]}
            onChange={setLanguage}
          />
          <p className="text-xs text-fg-2">{t("languageText")}</p>
          <Choice name={t("theme")} value={theme} choices={themes} onChange={setTheme} />
        </Section>
        <Section title={t("reminders")}>
          <DesktopReminders />
        </Section>
        <Section title={t("workspace")}>
          <Workspace />
        </Section>
        <Section title={t("members")}>
          <Members />
        </Section>
        <Section title={t("keys")}>
          <Keys />
        </Section>
        <Section title={t("planner")}>
          {status.data && (
            <p className="text-sm" data-planner>
              {status.data.planner === "offline" ? t("plannerOffline") : <Value text={status.data.planner} />}
            </p>
          )}
          <p className="text-sm text-fg-2">
            {t("plannerChange")} <Code text="TIZMORET_MODEL" />
          </p>
        </Section>
        <Section title={t("connections")}>
          <Connections />
        </Section>
        <Section title={t("access")}>
          <p className="text-sm text-fg-2">{t("accessText")}</p>
          <pre className="json" tabIndex={0}>
            tizmoret token
          </pre>
          <button type="button" className="btn self-start" onClick={() => void signOut()}>
            <LogOut size={14} aria-hidden className="flip" />
            {t("signOut")}
          </button>
        </Section>
        <Section title={t("about")}>
          {status.isError && !status.data && <Failed error={status.error} again={() => void status.refetch()} />}
          {status.data && (
            <dl className="facts">
              {(
                [
                  [t("version"), status.data.version],
                  [t("activeNow"), String(status.data.system.activeExecutions)],
                  [t("tools"), String(status.data.system.tools)],
                  [t("agents"), String(status.data.system.agents)],
                ] as const
              ).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <Num text={value} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </Section>
      </main>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className="card flex flex-col gap-3 p-5" aria-labelledby={id}>
      <h2 id={id} className="font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}

function Choice<T extends string>({ name, value, choices, onChange }: { name: string; value: T; choices: (readonly [T, ReactNode])[]; onChange: (value: T) => void }) {
  return (
    <div role="group" aria-label={name} className="flex flex-wrap items-center gap-2">
      <span aria-hidden className="w-40 text-sm text-fg-2">
        {name}
      </span>
      {choices.map(([one, text]) => (
        <button key={one} type="button" className="chip" aria-pressed={value === one} onClick={() => onChange(one)}>
          {text}
        </button>
      ))}
    </div>
  );
}
