/** The canvases of a large plan. They are as large as the box that shows it and stay with it while the plan is scrolled below them. */

import { memo, useLayoutEffect, useRef } from "react";

import type { LiveStep } from "../execution/fold";
import { useWords } from "../i18n";
import { useDark } from "../theme";
import type { Layout } from "./layout";
import type { Scene, View } from "./scene";
import { Sketch } from "./sketch";

interface Props {
  plan: Layout;
  steps: readonly LiveStep[];
  scene: Scene;
  view: View;
  down: boolean;
  nodes: boolean;
  path: ReadonlySet<string> | undefined;
}

export const Picture = memo(function Picture({ plan, steps, scene, view, down, nodes, path }: Props) {
  const { rtl } = useWords();
  const dark = useDark();
  const [below, above] = [useRef<HTMLCanvasElement>(null), useRef<HTMLCanvasElement>(null)];
  const drawn = useRef<{ sketch: Sketch; plan: Layout; looks: readonly unknown[]; dark: boolean }>(null);
  useLayoutEffect(() => {
    const looks = [scene, view, rtl, down, nodes, path];
    const last = drawn.current?.plan === plan ? drawn.current : null;
    const sketch = last?.sketch ?? new Sketch(plan, below.current!, above.current!);
    if (last && last.dark === dark && looks.every((one, at) => one === last.looks[at])) sketch.changes(steps);
    else sketch.whole(steps, { scene, view, rtl, down, nodes, path }, last?.dark !== dark);
    drawn.current = { sketch, plan, looks, dark };
  });
  return (
    <div className="sticky start-0 top-0 z-0 h-0 w-0" aria-hidden>
      {[below, above].map((canvas, place) => (
        <canvas key={place} ref={canvas} className="pointer-events-none absolute start-0 top-0 max-w-none" style={{ inlineSize: view.width, blockSize: view.height }} data-canvas={place === 0 ? "edges" : "nodes"} />
      ))}
    </div>
  );
});
