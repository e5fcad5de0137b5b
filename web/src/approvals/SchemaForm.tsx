/** A form made from a JSON Schema, for the arguments of a call. What the schema does not know of is kept and can be edited too. */

import { Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";

import { useWords } from "../i18n";
import { Code } from "../ui/bidi";

export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  format?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  [more: string]: unknown;
}

/** The schema that a value is edited by: references followed, of several alternatives the one that fits the value, else the first. */
export function resolve(schema: Schema, root: Schema, value: unknown): Schema {
  if (schema.$ref) return resolve(root.$defs?.[schema.$ref.split("/").at(-1)!] ?? {}, root, value);
  const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (!alternatives) return schema;
  const real = alternatives.map((one) => resolve(one, root, value)).filter((one) => one.type !== "null");
  const found = real.find((one) => fits(one, value)) ?? real[0] ?? {};
  return { ...found, description: schema.description ?? found.description, title: schema.title ?? found.title };
}

const nullable = (schema: Schema): boolean => (schema.anyOf ?? schema.oneOf ?? []).some((one) => one.type === "null");

function fits(schema: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return schema.type === "array";
  if (typeof value === "object" && value !== null) return schema.type === "object" || schema.properties !== undefined;
  if (typeof value === "number") return schema.type === "number" || schema.type === "integer";
  return schema.type === typeof value;
}

function guessed(value: unknown): Schema {
  if (Array.isArray(value)) return { type: "array", items: value.length > 0 ? guessed(value[0]) : {} };
  if (typeof value === "object" && value !== null) return { type: "object", properties: {} };
  return value === null || value === undefined ? {} : { type: typeof value };
}

/** What a new value begins as. */
export function blank(schema: Schema, root: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  const real = resolve(schema, root, undefined);
  if (real.default !== undefined) return real.default;
  if (real.enum) return real.enum[0];
  switch (real.type) {
    case "object":
      return Object.fromEntries((real.required ?? []).map((name) => [name, blank(real.properties?.[name] ?? {}, root)]));
    case "array":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return real.minimum ?? 0;
    default:
      return "";
  }
}

interface FieldProps {
  name: string;
  schema: Schema;
  root: Schema;
  value: unknown;
  onChange: (value: unknown) => void;
  required?: boolean;
  place: string;
}

export function SchemaForm({ schema, value, onChange }: { schema: Schema; value: unknown; onChange: (value: unknown) => void }) {
  return <Fields schema={resolve(schema, schema, value)} root={schema} value={value} onChange={onChange} place="" />;
}

function Fields({ schema, root, value, onChange, place }: Omit<FieldProps, "name">) {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const names = [...new Set([...Object.keys(schema.properties ?? {}), ...Object.keys(given)])];
  return (
    <div className="flex flex-col gap-3">
      {names.map((name) => (
        <Field
          key={name}
          name={name}
          place={place === "" ? name : `${place}.${name}`}
          schema={schema.properties?.[name] ?? guessed(given[name])}
          root={root}
          value={given[name]}
          required={schema.required?.includes(name) ?? false}
          onChange={(changed) => {
            const { [name]: _, ...rest } = given;
            // In the order in which the fields stand, so that a changed value is not also a moved one.
            onChange(changed === undefined ? rest : Object.fromEntries(names.filter((one) => one === name || one in given).map((one) => [one, one === name ? changed : given[one]])));
          }}
        />
      ))}
    </div>
  );
}

function Field({ name, schema, root, value, onChange, required = false, place }: FieldProps) {
  const { t } = useWords();
  const id = useId();
  const real = resolve(schema, root, value ?? schema.default);
  const label = (
    <>
      <Code text={name} className="font-semibold" />
      {required && (
        <span className="text-err" title={t("required")}>
          {" "}
          *<span className="sr-only">{t("required")}</span>
        </span>
      )}
    </>
  );
  const hint = real.description && (
    <p id={`${id}-hint`} dir="auto" className="mt-1 text-2xs text-fg-3">
      {real.description}
    </p>
  );
  if (real.type === "array")
    return (
      <List name={name} schema={real} root={root} value={(value as unknown[] | undefined) ?? []} onChange={onChange} place={place} />
    );
  if (real.type === "object" && (real.properties !== undefined || (typeof value === "object" && value !== null)))
    return (
      <fieldset className="rounded-lg border p-3">
        <legend className="px-1">{label}</legend>
        <Fields schema={real} root={root} value={value} onChange={onChange} place={place} />
      </fieldset>
    );
  return (
    <div>
      {real.type === "boolean" ? (
        <label className="flex items-center gap-2">
          <input type="checkbox" data-place={place} checked={Boolean(value ?? schema.default)} onChange={(event) => onChange(event.target.checked)} />
          {label}
        </label>
      ) : (
        <>
          <label htmlFor={id} className="mb-1 block">
            {label}
          </label>
          <Leaf id={id} described={hint ? `${id}-hint` : undefined} schema={real} fallback={schema.default} optional={!required || nullable(schema)} empty={nullable(schema) ? null : undefined} required={required} value={value} onChange={onChange} place={place} />
        </>
      )}
      {hint}
    </div>
  );
}

interface LeafProps {
  id: string;
  described: string | undefined;
  schema: Schema;
  fallback: unknown;
  optional: boolean;
  empty: null | undefined;
  required: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
  place: string;
}

const LONG = 80; // characters from which on a text gets several lines

function Leaf({ id, described, schema, fallback, optional, empty, required, value, onChange, place }: LeafProps) {
  const shown = value ?? "";
  const common = { id, "aria-describedby": described, "data-place": place, required };
  const placeholder = fallback === undefined || fallback === null || fallback === "" ? undefined : String(fallback);
  if (schema.enum)
    return (
      <select {...common} className="field" value={String(value ?? fallback ?? "")} onChange={(event) => onChange(schema.enum!.find((one) => String(one) === event.target.value))}>
        {optional && fallback === undefined && <option value="" />}
        {schema.enum.map((one) => (
          <option key={String(one)} value={String(one)}>
            {String(one)}
          </option>
        ))}
      </select>
    );
  if (schema.type === "integer" || schema.type === "number")
    return (
      <input
        {...common}
        className="field"
        type="number"
        dir="ltr"
        step={schema.type === "integer" ? 1 : "any"}
        min={schema.minimum}
        max={schema.maximum}
        placeholder={placeholder}
        value={shown as number | ""}
        onChange={(event) => onChange(event.target.value === "" ? empty : Number(event.target.value))}
      />
    );
  if (schema.type !== "string" && typeof value !== "string") return <JsonLeaf common={common} value={value} onChange={onChange} />;
  const change = (text: string): void => onChange(text === "" && optional && value === undefined ? undefined : text === "" && empty === null ? null : text);
  const long = schema["x-kind"] === "markdown" || String(shown).length > LONG || String(shown).includes("\n");
  return long ? (
    <textarea {...common} className="field" dir={shown === "" ? undefined : "auto"} rows={Math.min(10, String(shown).split("\n").length + 2)} maxLength={schema.maxLength} placeholder={placeholder} value={String(shown)} onChange={(event) => change(event.target.value)} />
  ) : (
    <input {...common} className="field" type="text" dir={shown === "" ? undefined : "auto"} maxLength={schema.maxLength} placeholder={placeholder} value={String(shown)} onChange={(event) => change(event.target.value)} />
  );
}

/** A value without a form of its own, as JSON. It is taken when it can be read. */
function JsonLeaf({ common, value, onChange }: { common: object; value: unknown; onChange: (value: unknown) => void }) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value));
  const [wrong, setWrong] = useState(false);
  return (
    <textarea
      {...common}
      className="field font-mono"
      dir="ltr"
      rows={2}
      aria-invalid={wrong}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        try {
          onChange(event.target.value.trim() === "" ? undefined : JSON.parse(event.target.value));
          setWrong(false);
        } catch {
          setWrong(true);
        }
      }}
    />
  );
}

function List({ name, schema, root, value, onChange, place }: Omit<FieldProps, "value"> & { value: unknown[] }) {
  const { t } = useWords();
  const items = schema.items ?? {};
  return (
    <fieldset className="rounded-lg border p-3">
      <legend className="px-1">
        <Code text={name} className="font-semibold" />
      </legend>
      <div className="flex flex-col gap-2">
        {value.map((one, row) => (
          <div key={row} className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <Field name={`[${row}]`} schema={Object.keys(items).length > 0 ? items : guessed(one)} root={root} value={one} place={`${place}[${row}]`} onChange={(changed) => onChange(value.map((old, at) => (at === row ? (changed ?? null) : old)))} />
            </div>
            <button type="button" className="btn ghost icon danger" aria-label={`${t("remove")} ${place}[${row}]`} onClick={() => onChange(value.filter((_, at) => at !== row))}>
              <Trash2 size={14} aria-hidden />
            </button>
          </div>
        ))}
        <button type="button" className="btn self-start" onClick={() => onChange([...value, blank(items, root)])}>
          <Plus size={14} aria-hidden />
          {t("add")}
        </button>
      </div>
    </fieldset>
  );
}
