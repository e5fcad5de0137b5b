/** What the server says of errors, in the reader's language. It says it in English, once and for all; its catalog of templates
 *  (`locales/he.json`, which the command line reads too) is fetched when a Hebrew reader first meets one. */

import { useSyncExternalStore } from "react";

import hebrew from "../../../src/tizmoret/locales/he.json?url";
import { useWords } from ".";

type Template = readonly [english: RegExp, hebrew: string];

const PLACE = /\{(\d+)\}/g;
const ANYTHING = "(.*?)";
const NAME = "((?!(?:It|Nobody|That|There|They|This|What|You)\\b)\\S+(?: [A-Z]\\S*)*)";
const JOINTS = [". ", ": "]; // a detail and its cure; said of something: "Search the folder: There is no such document."
const DEPTH = 2; // of sentences within sentences: "The plan was refused: ..."
const LONGEST = 600; // characters; what is longer is no sentence of ours
const KEPT = 500; // translations that are remembered

const known = new Map<string, string>();
const listeners = new Set<() => void>();
let templates: readonly Template[] = [];
let asked = false;

function load(): void {
  if (asked) return;
  asked = true;
  fetch(hebrew)
    .then((response) => response.json())
    .then((catalog: Record<string, string>) => {
      const own = (english: string): number => english.replace(PLACE, "").length;
      // The most specific first: of those that fit, the one with the most words of its own.
      templates = Object.entries(catalog).sort(([one], [other]) => own(other) - own(one)).map(template);
      known.clear();
      listeners.forEach((listener) => listener());
    })
    .catch(() => (asked = false));
}

/** {0}, {1}, ... stand for anything, as little of it as fits. What a template of one word of its own ("{0} needs {1}.") begins with is a
 *  name: it would fit half of all the sentences that others say. */
function template([english, translation]: [string, string]): Template {
  const first = (english.match(/[A-Za-z]+/g) ?? []).length < 2 ? NAME : ANYTHING;
  const own = english.split(/\{\d+\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return [new RegExp(`^${own.reduce((before, part, at) => before + (at === 1 ? first : ANYTHING) + part)}$`, "s"), translation];
}

function translated(text: string, depth = DEPTH): string {
  if (text.length > LONGEST) return text;
  for (const [english, translation] of templates) {
    const found = english.exec(text);
    if (found === null) continue;
    const quoted = found.slice(1).map((one) => (depth > 0 ? translated(one, depth - 1) : one));
    return translation.replace(PLACE, (_, place: string) => quoted[Number(place)] ?? "");
  }
  return depth > 0 ? inParts(text, depth - 1) : text;
}

function inParts(text: string, depth: number): string {
  for (const joint of JOINTS) {
    const at = text.indexOf(joint);
    if (at < 0) continue;
    const whole = [text.slice(0, at + 1), text.slice(at + joint.length)].map((part) => translated(part, depth)).join(" ");
    if (whole !== text) return whole;
  }
  return text;
}

function remembered(text: string): string {
  load();
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= KEPT) known.clear();
  const now = translated(text);
  known.set(text, now);
  return now;
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** An error and its cure as the reader should read them; where the catalog has none, as they were said. */
export function useTold(): (error: { detail: string; cure?: string | null | undefined }) => string {
  const { language } = useWords();
  useSyncExternalStore(subscribe, () => templates);
  const say = language === "he" ? remembered : (text: string) => text;
  return ({ detail, cure }) => [detail, cure ?? ""].map(say).join(" ").trim();
}
