/** Whether reminders are told on the desktop too. */

import { useWords } from "../i18n";
import { setDesktop, useDesktop } from "../reminders/desktop";

export function DesktopReminders() {
  const { t } = useWords();
  const desktop = useDesktop();
  const shut = desktop === "blocked" || desktop === "unable";
  return (
    <>
      <p className="text-sm text-fg-2">{t("remindersText")}</p>
      <label className="flex items-center gap-2 text-sm">
        <input type="checkbox" checked={desktop === "on"} disabled={shut} onChange={(event) => void setDesktop(event.target.checked)} />
        {t("remindersDesktop")}
      </label>
      <p role="status" className={shut ? "text-xs text-fg-2" : "sr-only"}>
        {shut && t(desktop === "blocked" ? "remindersBlocked" : "remindersUnable")}
      </p>
    </>
  );
}
