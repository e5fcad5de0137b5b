import { CircleAlert } from "lucide-react";

import { useWords } from "../i18n";
import { Header } from "../shell/Header";
import { Empty } from "../ui/states";

/** A page that could not be drawn: the rest of the dashboard goes on. */
export function Broken() {
  const { t } = useWords();
  return (
    <>
      <Header>{null}</Header>
      <main id="main" className="page">
        <h1 className="sr-only">{t("title")}</h1>
        <Empty icon={CircleAlert} title={t("wentWrong")}>
          <button type="button" className="btn" onClick={() => location.reload()}>
            {t("tryAgain")}
          </button>
        </Empty>
      </main>
    </>
  );
}
