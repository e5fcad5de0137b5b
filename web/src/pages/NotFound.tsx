import { Compass } from "lucide-react";

import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Empty } from "../ui/states";

export function NotFound() {
  const { t } = useWords();
  return (
    <>
      <Header>{null}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("notFoundTitle")}</h1>
        <Empty icon={Compass} title={t("notFoundTitle")}>
          {t("notFoundText")}
        </Empty>
      </main>
    </>
  );
}
