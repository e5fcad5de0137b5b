/** What an edit changes, place by place: what was to run, and what will. */

import { useWords } from "../i18n";
import { Code, visible } from "../ui/bidi";
import { rows } from "./Arguments";

export interface Change {
  place: string;
  before: string | undefined;
  after: string | undefined;
}

export function changes(before: unknown, after: unknown): Change[] {
  const [old, now] = [new Map(rows(before).map((row) => [row.place, row.text])), new Map(rows(after).map((row) => [row.place, row.text]))];
  return [...new Set([...old.keys(), ...now.keys()])].filter((place) => old.get(place) !== now.get(place)).map((place) => ({ place, before: old.get(place), after: now.get(place) }));
}

export function Difference({ found, name, none }: { found: readonly Change[]; name?: string; none?: string }) {
  const { t } = useWords();
  return (
    <div role="group" aria-label={name ?? t("difference")} className="rounded-lg border p-3" data-difference>
      <h3 className="eyebrow mb-2">{name ?? t("difference")}</h3>
      {found.length === 0 && <p className="text-sm text-fg-2">{none ?? t("noDifference")}</p>}
      <dl className="flex flex-col gap-2 text-sm">
        {found.map(({ place, before, after }) => (
          <div key={place}>
            <dt>
              <Code text={place} className="text-fg-2" />
            </dt>
            {before !== undefined && (
              <dd dir="auto" className="diff-out">
                <span className="sr-only">{t("before")}: </span>
                <del>{visible(before)}</del>
              </dd>
            )}
            {after !== undefined && (
              <dd dir="auto" className="diff-in">
                <span className="sr-only">{t("after")}: </span>
                <ins>{visible(after)}</ins>
              </dd>
            )}
          </div>
        ))}
      </dl>
    </div>
  );
}
