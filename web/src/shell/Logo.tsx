import { Music4 } from "lucide-react";

import { useWords } from "../i18n";

export function Logo() {
  const { t } = useWords();
  return (
    <span className="flex items-center gap-2">
      <span className="grid size-7 place-items-center rounded-[9px] bg-brand text-brand-fg">
        <Music4 size={16} aria-hidden />
      </span>
      <b className="text-[15px] tracking-tight">{t("title")}</b>
    </span>
  );
}
