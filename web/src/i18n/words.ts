/** Every text of the dashboard, Hebrew first. A value is put in with {name}, isolated, so that its direction turns nothing around it. */

import { EXECUTION } from "./words/execution";
import { LISTS } from "./words/lists";
import { PEOPLE } from "./words/people";
import { REMINDERS } from "./words/reminders";
import { SHELL } from "./words/shell";
import { SIGN_IN } from "./words/signIn";

export type Language = "he" | "en";
export type Pair = readonly [string, string];

export const MESSAGES = { ...SHELL, ...EXECUTION, ...LISTS, ...PEOPLE, ...REMINDERS, ...SIGN_IN };

export type Message = keyof typeof MESSAGES;
