import { useWords } from "../i18n";

/** Whether what is shown is as it is now. */
export function Connection({ state }: { state: "connecting" | "live" | "reconnecting" | "ended" }) {
  const { t } = useWords();
  const color = state === "live" ? "var(--ok)" : state === "ended" ? "var(--idle)" : "var(--wait)";
  return (
    <span role="status" data-connection={state} className="inline-flex items-center gap-1.5 whitespace-nowrap text-xs text-fg-2">
      <i aria-hidden className={`size-2 rounded-full ${state === "live" ? "pulse" : ""}`} style={{ background: color }} />
      {t(state)}
    </span>
  );
}
