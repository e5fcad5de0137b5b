/** An answer as headings, lists, emphasis and code. It becomes elements of our own making with text inside: no markup of the text
 *  survives, nothing is loaded, and a link is shown with its address and opens nothing. */

import { memo, type ReactNode } from "react";

import { isRtl, visible } from "./bidi";

const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*|\[[^\]\n]+\]\([^)\s]+\))/;

function inline(text: string): ReactNode[] {
  return text.split(INLINE).map((part, place) => {
    if (part.startsWith("`") && part.endsWith("`") && part.length > 2)
      return (
        <code key={place} dir="ltr">
          {part.slice(1, -1)}
        </code>
      );
    if (part.startsWith("**") && part.endsWith("**") && part.length > 4) return <strong key={place}>{part.slice(2, -2)}</strong>;
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link)
      return (
        <span key={place}>
          {link[1]} (<bdi dir="ltr">{link[2]}</bdi>)
        </span>
      );
    return part;
  });
}

type Block = { kind: "heading" | "paragraph" | "code" | "ordered" | "list"; lines: string[]; level: number };

function blocks(text: string): Block[] {
  const found: Block[] = [];
  let last: Block | null = null;
  const begin = (kind: Block["kind"], line: string, level = 0): void => {
    last = { kind, lines: [line], level };
    found.push(last);
  };
  let fenced = false;
  for (const line of text.split("\n")) {
    if (/^\s*```/.test(line)) {
      fenced = !fenced;
      if (fenced) begin("code", "");
      else last = null;
      continue;
    }
    const open = last as Block | null;
    if (fenced) {
      open?.lines.push(line);
      continue;
    }
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:([-*•])|\d+[.)])\s+(.*)$/.exec(line);
    if (line.trim() === "") last = null;
    else if (heading) {
      begin("heading", heading[2]!, heading[1]!.length);
      last = null;
    } else if (item) {
      const kind = item[1] ? "list" : "ordered";
      if (open?.kind === kind) open.lines.push(item[2]!);
      else begin(kind, item[2]!);
    } else if (open && open.kind !== "heading") open.lines[open.lines.length - 1] += `\n${line}`;
    else begin("paragraph", line);
  }
  return found;
}

export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="prose" dir={isRtl(text) ? "rtl" : "ltr"}>
      {blocks(visible(text)).map((block, place) => {
        if (block.kind === "code")
          return (
            <pre key={place} dir="ltr" tabIndex={0}>
              {block.lines.slice(1).join("\n")}
            </pre>
          );
        if (block.kind === "heading") {
          const Heading = block.level <= 1 ? "h3" : block.level === 2 ? "h4" : "h5";
          return (
            <Heading key={place} dir="auto">
              {inline(block.lines[0]!)}
            </Heading>
          );
        }
        if (block.kind === "paragraph")
          return (
            <p key={place} dir="auto" className="whitespace-pre-line">
              {inline(block.lines.join("\n"))}
            </p>
          );
        const List = block.kind === "ordered" ? "ol" : "ul";
        return (
          <List key={place}>
            {block.lines.map((line, row) => (
              <li key={row} dir="auto" className="whitespace-pre-line">
                {inline(line)}
              </li>
            ))}
          </List>
        );
      })}
    </div>
  );
});
