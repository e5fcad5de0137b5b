/** The pages of the navigation, and the second letter of the keys that lead to them. */

import { Activity, Bot, Inbox, ListTree, type LucideIcon, Settings } from "lucide-react";

import type { Message } from "../i18n/words";

export type To = "/executions" | "/approvals" | "/catalog" | "/metrics" | "/settings";

export const PLACES: readonly (readonly [To, Message, LucideIcon, string])[] = [
  ["/executions", "executions", ListTree, "r"],
  ["/approvals", "approvals", Inbox, "a"],
  ["/catalog", "catalog", Bot, "c"],
  ["/metrics", "metrics", Activity, "m"],
  ["/settings", "settings", Settings, "s"],
];
