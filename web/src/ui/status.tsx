/** A state is an icon, a word and a colour: never a colour alone. */

import { Ban, Check, CircleDashed, CircleHelp, CirclePause, CircleX, Hand, Loader2, Lock, type LucideIcon, Minus, RotateCcw, Undo2 } from "lucide-react";

import { useWords } from "../i18n";

const ICONS: Record<string, LucideIcon> = {
  planning: Loader2,
  running: Loader2,
  ready: CircleDashed,
  pending: CircleDashed,
  retrying: RotateCcw,
  waiting: Hand,
  gate: Hand,
  paused: CirclePause,
  completed: Check,
  approved: Check,
  answered: Check,
  failed: CircleX,
  rejected: CircleX,
  cancelled: Ban,
  quarantined: Ban,
  skipped: Minus,
  expired: Minus,
  unknown: CircleHelp,
  undone: Undo2,
  blocked: Lock,
};
const TURNING = new Set(["planning", "running"]);

export function StatusIcon({ status, size = 14 }: { status: string; size?: number }) {
  const Icon = ICONS[status] ?? CircleDashed;
  return (
    <span className="st grid shrink-0 place-items-center" data-s={status} style={{ color: "var(--c)" }}>
      <Icon size={size} strokeWidth={2.4} aria-hidden className={TURNING.has(status) ? "spin" : ""} />
    </span>
  );
}

export function Badge({ status }: { status: string }) {
  const { status: name } = useWords();
  return (
    <span className="st badge" data-s={status} data-status={status}>
      <StatusIcon status={status} size={13} />
      {name(status)}
    </span>
  );
}
