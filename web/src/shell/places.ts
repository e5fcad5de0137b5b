/** The pages of the navigation, and the second letter of the keys that lead to them. */

import { Activity, Bot, CalendarClock, Inbox, ListTree, Lock, type LucideIcon, Settings } from "lucide-react";

import type { Message } from "../i18n/words";

export type To = "/executions" | "/approvals" | "/schedules" | "/catalog" | "/metrics" | "/locks" | "/settings";

export const PLACES: readonly (readonly [To, Message, LucideIcon, string])[] = [
  ["/executions", "executions", ListTree, "r"],
  ["/approvals", "approvals", Inbox, "a"],
  ["/schedules", "schedules", CalendarClock, "t"],
  ["/catalog", "catalog", Bot, "c"],
  ["/metrics", "metrics", Activity, "m"],
  ["/locks", "locksNow", Lock, "l"],
  ["/settings", "settings", Settings, "s"],
];
