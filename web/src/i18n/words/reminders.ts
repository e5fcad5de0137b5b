/** Reminders: what is shown of one that is due, and where they are told. */

import type { Pair } from "../words";

export const REMINDERS = {
  reminder: ["תזכורת", "Reminder"],
  reminders: ["תזכורות", "Reminders"],
  remindersDue: ["תזכורות שהגיע זמנן", "Reminders that are due"],
  reminderDone: ["בוצע", "Done"],
  reminderLater: ["להזכיר בעוד {n} דקות", "Remind me in {n} minutes"],
  reminderClose: ["סגירה, והמשימה נשארת פתוחה", "Close, and leave the task open"],
  reminderNote: ["הערה", "Note"],
  reminderBy: ["עד {day}", "Due {day}"],
  remindersMore: ["ועוד {n}", "{n} more"],
  remindersFewer: ["להציג פחות", "Show fewer"],
  remindersText: ["תזכורת מוצגת בדף עד שמגיבים לה.", "A reminder is shown in the page until you answer it."],
  remindersDesktop: ["גם בהתראה של המחשב, כשהדף פתוח ולא מסתכלים בו", "Also by a notification of the desktop, while the page is open and not looked at"],
  remindersBlocked: ["הדפדפן לא מרשה לדף הזה להציג התראות. אפשר להרשות בהגדרות הדפדפן.", "The browser does not let this page show notifications. Its settings can allow it."],
  remindersUnable: ["התראות אפשריות רק ב־https או במחשב שעליו השרת רץ.", "Notifications need https, or the computer on which the server runs."],
} as const satisfies Record<string, Pair>;
