/** The browser's own dialog: it keeps the focus inside, makes the rest inert and closes on Escape, and brings no style sheet that the
 *  content policy would refuse. The focus begins on the dialog, or on its [data-first],
 *  never on a button that decides. */

import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";

import { useWords } from "../i18n";

export function Dialog({ title, onClose, children, className = "" }: { title: ReactNode; onClose: () => void; children: ReactNode; className?: string }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    (shown.querySelector<HTMLElement>("[data-first]") ?? shown).focus();
    return () => shown.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      tabIndex={-1}
      aria-labelledby={heading}
      className={`sheet ${className}`}
      onCancel={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="p-5">
        <div className="mb-3 flex items-start gap-3">
          <h2 id={heading} className="min-w-0 flex-1 text-lg font-bold">
            {title}
          </h2>
          <button type="button" className="btn ghost icon -me-2 -mt-1.5" aria-label={t("close")} onClick={onClose}>
            <X size={17} aria-hidden />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
