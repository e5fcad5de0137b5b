/** Tabs as the pattern of the ARIA guide has them: one tab stop, arrows move, in the reading direction. */

import { type KeyboardEvent, type ReactNode, useId } from "react";

import { useWords } from "../i18n";

export interface Tab {
  id: string;
  name: ReactNode;
  content: () => ReactNode;
}

export function Tabs({ tabs, current, onChange, label }: { tabs: Tab[]; current: string; onChange: (id: string) => void; label: string }) {
  const { rtl } = useWords();
  const base = useId();
  const shown = tabs.find((tab) => tab.id === current) ?? tabs[0]!;

  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, Home: -tabs.length, End: tabs.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = tabs[Math.max(0, Math.min(tabs.length - 1, tabs.indexOf(shown) + step))]!;
    onChange(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div role="tablist" aria-label={label} className="flex shrink-0 overflow-x-auto border-b px-4" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            className="tab shrink-0"
            aria-selected={tab === shown}
            aria-controls={`${base}-panel`}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${shown.id}`} className="min-h-0 flex-1">
        {shown.content()}
      </div>
    </div>
  );
}
