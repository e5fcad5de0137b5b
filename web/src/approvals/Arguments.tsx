/** Every argument on a line of its own, with its place: `attendees[0].name`. Nothing is left out, and nothing is folded away. */

import { useWords } from "../i18n";
import { Code, visible } from "../ui/bidi";

export interface Row {
  place: string;
  text: string;
}

export function rows(value: unknown, place = ""): Row[] {
  if (Array.isArray(value) && value.length > 0) return value.flatMap((inner, index) => rows(inner, `${place}[${index}]`));
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([name, inner]) => rows(inner, place === "" ? name : `${place}.${name}`));
  return [{ place, text: typeof value === "string" ? value : JSON.stringify(value) }];
}

const SHORT = 80; // characters: above it a value is a body of text with a side of its own

export function Arguments({ value, label }: { value: unknown; label: string }) {
  const { t } = useWords();
  return (
    <div className="args" tabIndex={0} role="group" aria-label={`${t("input")}: ${label}`}>
      <dl>
        {rows(value).map(({ place, text }) => (
          <div key={place}>
            <dt>
              <Code text={place} />
            </dt>
            {text.length > SHORT || text.includes("\n") ? (
              <dd dir="auto">{visible(text)}</dd>
            ) : (
              <dd>
                <bdi dir="auto">{visible(text)}</bdi>
              </dd>
            )}
          </div>
        ))}
      </dl>
    </div>
  );
}
