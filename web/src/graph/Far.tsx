/** What is an element though the plan is drawn: the step that the keyboard stands on, the one that is selected, and the name of the one under
 *  the pointer. A far node has no text, so its name and state are said here. */

import type { LiveStep } from "../execution/fold";
import { useWords } from "../i18n";
import { Value } from "../ui/bidi";
import { StatusIcon } from "../ui/status";
import { NODE, type Point } from "./layout";
import { place, type Scene, type View } from "./scene";

interface MarkProps {
  step: LiveStep;
  at: Point;
  scene: Scene;
  selected: boolean;
  reachable: boolean; // by the Tab key: one of them all
  onSelect: (id: string) => void;
}

export function Mark({ step, at, scene, selected, reachable, onSelect }: MarkProps) {
  const { status } = useWords();
  const { x, y } = place(at, scene);
  return (
    <button
      type="button"
      className="st node-small"
      data-s={step.status}
      data-node={step.id}
      data-sel={selected}
      tabIndex={reachable ? 0 : -1}
      aria-label={`${step.title}, ${status(step.status)}`}
      aria-pressed={selected}
      style={{ insetInlineStart: x, insetBlockStart: y, inlineSize: NODE.width * scene.zoom, blockSize: NODE.height * scene.zoom }}
      onClick={(click) => {
        click.stopPropagation();
        onSelect(step.id);
      }}
    />
  );
}

const TIP = 240;

/** Below its node, above it in the lower half of the box; never beyond the box. */
export function Tip({ step, at, scene, view }: { step: LiveStep; at: Point; scene: Scene; view: View }) {
  const { status } = useWords();
  const { x, y } = place(at, scene);
  const top = y - view.top;
  const block = top > view.height / 2 ? { insetBlockEnd: view.height - top + 6 } : { insetBlockStart: top + NODE.height * scene.zoom + 6 };
  return (
    <div
      aria-hidden
      data-tip={step.id}
      className="card pointer-events-none absolute z-20 flex items-center gap-2 px-2.5 py-1.5 text-xs shadow-2"
      style={{ ...block, insetInlineStart: Math.max(8, Math.min(x - view.left, view.width - TIP - 8)), maxInlineSize: TIP }}
    >
      <StatusIcon status={step.status} />
      <span className="min-w-0 truncate font-medium">
        <Value text={step.title} />
      </span>
      <span className="shrink-0 text-fg-2">{status(step.status)}</span>
    </div>
  );
}
