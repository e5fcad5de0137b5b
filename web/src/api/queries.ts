/** What is read, and when it is read again. A live execution is not here: it is folded from its stream (`execution/live.ts`). */

import { queryOptions } from "@tanstack/react-query";

import { unlessLive } from "./changes";
import { api, type Listing, type Reminder } from "./client";

const LIVE = 2000; // milliseconds between looks at what others change

/** Milliseconds until the next reminder is due, by this computer's clock: the server says whether it is. */
const untilNext = (reminders: readonly Reminder[] = []): number => {
  const next = reminders.find((one) => !one.due);
  return next ? Math.max(1000, Date.parse(next.at) - Date.now()) : Infinity;
};

export const statusQuery = queryOptions({ queryKey: ["status"], queryFn: api.status, refetchInterval: 10_000 });
export const catalogQuery = queryOptions({ queryKey: ["catalog"], queryFn: api.catalog, staleTime: 60_000 });
export const activityQuery = (hours: number) => queryOptions({ queryKey: ["activity", hours], queryFn: () => api.activity(hours), refetchInterval: 10_000, placeholderData: (before) => before });
export const inboxQuery = queryOptions({ queryKey: ["inbox"], queryFn: api.inbox, refetchInterval: unlessLive(LIVE) });
export const peopleQuery = queryOptions({ queryKey: ["people"], queryFn: api.submitters, staleTime: 30_000 });
export const filtersQuery = queryOptions({ queryKey: ["saved filters"], queryFn: api.filters.list, staleTime: 30_000 });
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: api.people.me, staleTime: 10_000 });
export const membersQuery = queryOptions({ queryKey: ["members"], queryFn: api.people.members, refetchInterval: 10_000 });
export const keysQuery = queryOptions({ queryKey: ["keys"], queryFn: api.people.keys, refetchInterval: 10_000 });
export const connectionsQuery = queryOptions({ queryKey: ["connections"], queryFn: api.connections.list });
export const signInsQuery = queryOptions({ queryKey: ["sign-ins"], queryFn: api.signIns.services, staleTime: 60_000 });
export const schedulesQuery = queryOptions({ queryKey: ["schedules"], queryFn: api.schedules.list, refetchInterval: unlessLive(10_000) });
export const locksQuery = queryOptions({ queryKey: ["locks"], queryFn: api.locks, refetchInterval: unlessLive(LIVE) });
export const remindersQuery = queryOptions({ queryKey: ["reminders"], queryFn: api.reminders.list, refetchInterval: ({ state }) => Math.min(unlessLive(10_000)(), untilNext(state.data)) });
export const executionsQuery = (listing: Listing) =>
  queryOptions({ queryKey: ["executions", listing], queryFn: () => api.list(listing), refetchInterval: unlessLive(LIVE) });
