import { useWords } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { PLACES } from "./places";

/** What every key does. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const keys: [string, string][] = [
    ["⌘K / Ctrl K", t("keyPalette")],
    ["n", t("keyNew")],
    ...PLACES.map(([, name, , key]): [string, string] => [`g ${key}`, t("goTo", { place: t(name) })]),
    ["/", t("keySearch")],
    ["j · k · x", t("inboxHint")],
    ["?", t("keyHelp")],
  ];
  return (
    <Dialog title={t("keys")} onClose={onClose}>
      <dl className="flex flex-col gap-2 text-sm">
        {keys.map(([key, what]) => (
          <div key={key} className="flex items-center gap-4">
            <dt className="w-28 shrink-0">
              <kbd className="rounded border bg-sunken px-1.5 py-0.5 font-mono text-xs">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
