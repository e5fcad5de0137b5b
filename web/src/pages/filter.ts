/** What the list of executions is narrowed by: as it stands in the address, as the server is asked, as it is kept. Pure. */

import type { Filter } from "../api/client";
import { STATES, type State } from "./search";

export interface Narrowed {
  status?: State | undefined;
  q?: string | undefined;
  user?: string | undefined;
  uses?: string | undefined;
  days?: number | undefined;
  from?: string | undefined; // a day, such as 2026-11-21, where the browser is
  to?: string | undefined; // the last day
}

export const DAYS = [1, 7, 30] as const;
const DAY = /^\d{4}-\d\d-\d\d$/;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);
const day = (value: unknown): string | undefined => (typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);

/** What an address says, without what it cannot. */
export function narrowed(search: Record<string, unknown>): Narrowed {
  const days = Number(search.days);
  return {
    status: STATES.find((state) => state === search.status),
    q: text(search.q),
    user: text(search.user),
    uses: text(search.uses),
    days: Number.isInteger(days) && days >= 1 && days <= 3650 ? days : undefined,
    from: day(search.from),
    to: day(search.to),
  };
}

const midnight = (date: string, later = 0): string => {
  const [year, month, of] = date.split("-").map(Number) as [number, number, number];
  return new Date(year, month - 1, of + later).toISOString();
};

const local = (iso: string, later = 0): string => {
  const at = new Date(iso);
  at.setDate(at.getDate() + later);
  return [at.getFullYear(), String(at.getMonth() + 1).padStart(2, "0"), String(at.getDate()).padStart(2, "0")].join("-");
};

export function asked({ status, q, user, uses, days, from, to }: Narrowed): Filter {
  return {
    ...(status && { status }),
    ...(q && { query: q }),
    ...(user && { user }),
    ...(uses && { uses }),
    ...(days && { days }),
    ...(from && { since: midnight(from) }),
    ...(to && { until: midnight(to, 1) }),
  };
}

/** The address of a filter that was kept. */
export function shown(filter: Filter): Narrowed {
  return narrowed({ ...filter, q: filter.query, from: filter.since && local(filter.since), to: filter.until && local(filter.until, -1) });
}

export const sameFilter = (one: Filter, other: Filter): boolean => {
  const given = (filter: Filter): string => JSON.stringify(Object.entries(filter).filter(([, value]) => value != null).map(([name, value]) => [name, name === "since" || name === "until" ? Date.parse(String(value)) : value]).sort());
  return given(one) === given(other);
};
