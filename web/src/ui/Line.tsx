/** One field of a form under its name. */

import { type ReactNode, useId } from "react";

export function Line({ name, children }: { name: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-xs font-medium text-fg-2">
        {name}
      </label>
      {children(id)}
    </div>
  );
}
