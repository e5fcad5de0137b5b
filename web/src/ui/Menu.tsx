/** A small menu under a button. */

import { Ellipsis, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useWords } from "../i18n";

export interface Item {
  name: string;
  icon: LucideIcon;
  act: () => void;
}

export function Menu({ items }: { items: Item[] }) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>(".menu button")?.focus();
    const away = (event: Event): void => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  return (
    <div
      ref={box}
      className="relative"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        const buttons = [...(box.current?.querySelectorAll<HTMLElement>(".menu button") ?? [])];
        buttons.at((buttons.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1)) % buttons.length)?.focus();
      }}
    >
      <button type="button" className="btn icon" aria-label={t("more")} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Ellipsis size={16} aria-hidden />
      </button>
      {open && (
        <div role="menu" className="menu card end-0 mt-1.5 shadow-2">
          {items.map(({ name, icon: Icon, act }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false);
                act();
              }}
            >
              <Icon size={14} aria-hidden />
              {name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
