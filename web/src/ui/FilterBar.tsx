/** A search field and a row of chips of which one is chosen: what is looked for stands in the address of the page. */

import { Search } from "lucide-react";
import type { ReactNode } from "react";

import { useWords } from "../i18n";

interface Props<Choice extends string> {
  q: string | undefined;
  onSearch: (q: string | undefined) => void;
  placeholder: string;
  label: string; // of the chips
  choices: readonly (readonly [Choice, string])[];
  chosen: Choice | undefined; // undefined: all
  onChoose: (choice: Choice | undefined) => void;
  children?: ReactNode;
}

export function FilterBar<Choice extends string>({ q, onSearch, placeholder, label, choices, chosen, onChoose, children }: Props<Choice>) {
  const { t } = useWords();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <label className="flex h-9 min-w-56 flex-1 items-center gap-2 rounded-md border border-line-2 bg-surface px-3 text-fg-3 outline-(--ring) focus-within:outline-2">
        <Search size={15} aria-hidden />
        <input
          type="search"
          dir={q ? "auto" : undefined}
          value={q ?? ""}
          onChange={(event) => onSearch(event.target.value || undefined)}
          placeholder={placeholder}
          aria-label={placeholder}
          className="min-w-0 flex-1 bg-transparent text-sm text-fg outline-none"
        />
      </label>
      <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
        {([[undefined, t("all")], ...choices] as const).map(([choice, name]) => (
          <button key={choice ?? ""} type="button" className="chip" aria-pressed={chosen === choice} onClick={() => onChoose(choice)}>
            {name}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
