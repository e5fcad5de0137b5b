/** Text of two directions, and text that tries to hide. Values only ever become text nodes: nothing a tool returned can become markup. */

import { memo, type ReactNode } from "react";

// Characters that turn the direction of what follows, or hide: a person must see that they are there.
const CONTROLS = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const HEBREW = /[\u0590-\u05ff]/;
const LATIN_RUN = /[A-Za-z0-9$][A-Za-z0-9 ._:/@%,\-=#'"()]*[A-Za-z0-9%"]/g;

export const visible = (text: string): string => text.replace(CONTROLS, (c) => `⟪U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟫`);

export const isRtl = (text: string): boolean => HEBREW.test(/[A-Za-z\u0590-\u05ff]/.exec(text)?.[0] ?? "");

/** A value in a run of text. Every Latin run inside Hebrew is an island of its own, so that "18.2 KB" or "policy: x" never flips. */
export const Value = memo(function Value({ text }: { text: string }) {
  const shown = visible(text);
  if (!HEBREW.test(shown)) return <bdi dir="ltr">{shown}</bdi>;
  const parts: ReactNode[] = [];
  let end = 0;
  for (const found of shown.matchAll(LATIN_RUN)) {
    if (!/[A-Za-z]/.test(found[0])) continue;
    parts.push(
      shown.slice(end, found.index),
      <bdi dir="ltr" key={found.index}>
        {found[0]}
      </bdi>,
    );
    end = found.index + found[0].length;
  }
  parts.push(shown.slice(end));
  return <bdi dir="auto">{parts}</bdi>;
});

/** Ids, names of tools, addresses: always left to right. */
export function Code({ text, className = "" }: { text: string; className?: string }) {
  return (
    <bdi dir="ltr" className={`code ${className}`}>
      {visible(text)}
    </bdi>
  );
}

/** Durations, money, counts: digits of one width, left to right. */
export function Num({ text, className = "" }: { text: string; className?: string }) {
  return (
    <bdi dir="ltr" className={`num ${className}`}>
      {text}
    </bdi>
  );
}
