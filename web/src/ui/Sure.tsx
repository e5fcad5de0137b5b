/** One question before something that cannot be taken back in the page: the way out stands first. */

import type { ReactNode } from "react";

import { Dialog } from "./Dialog";
import { ProblemText } from "./states";

interface Props {
  title: string;
  children: ReactNode;
  no: string;
  yes: string;
  busy?: boolean;
  error?: unknown;
  onNo: () => void;
  onYes: () => void;
}

export function Sure({ title, children, no, yes, busy = false, error, onNo, onYes }: Props) {
  return (
    <Dialog title={title} onClose={onNo}>
      <div className="mb-5 text-sm text-fg-2">{children}</div>
      <ProblemText error={error} />
      <div className="flex gap-2">
        <button type="button" className="btn" onClick={onNo}>
          {no}
        </button>
        <span className="flex-1" />
        <button type="button" className="btn danger" disabled={busy} onClick={onYes}>
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
