/** The names of states, effects and events in both languages, and the requests that a first-time visitor can try. */

import type { Language, Pair } from "./words";

export const STATUSES: Record<string, Pair> = {
  planning: ["בתכנון", "Planning"],
  running: ["רץ", "Running"],
  waiting: ["ממתין לך", "Waiting for you"],
  paused: ["מושהה", "Paused"],
  completed: ["הושלם", "Completed"],
  failed: ["נכשל", "Failed"],
  cancelled: ["בוטל", "Cancelled"],
  quarantined: ["הוצא מהתור", "Quarantined"],
  pending: ["ממתין לתורו", "Pending"],
  ready: ["מוכן", "Ready"],
  gate: ["ממתין לאישור", "Needs approval"],
  skipped: ["לא בוצע", "Skipped"],
  unknown: ["לא ידוע", "Unknown"],
  retrying: ["מנסה שוב", "Retrying"],
  undone: ["בוטל לאחור", "Undone"],
  approved: ["אושר", "Approved"],
  rejected: ["נדחה", "Rejected"],
  answered: ["נענה", "Answered"],
  expired: ["פג התוקף", "Expired"],
  blocked: ["ממתין לתורו", "Waits its turn"],
};

export const EFFECTS: Record<string, Pair> = {
  none: ["קריאה בלבד", "Only reads"],
  write: ["כתיבה", "Writes"],
  delete: ["מחיקה", "Deletes"],
  send: ["שליחה", "Sends"],
};

export const ROLES: Record<string, Pair> = {
  viewer: ["צפייה", "Viewer"],
  member: ["חבר", "Member"],
  admin: ["ניהול", "Admin"],
  owner: ["בעלים", "Owner"],
};

export const RECOVERIES: Record<string, Pair> = {
  pure: ["פשוט רץ שוב", "Simply runs again"],
  keyed: ["רץ שוב באותו מפתח, בלי לחזור על ההשפעה", "Runs again under the same key, without a second effect"],
  once: ["לעולם לא חוזר לבד: נבדק, או ששואלים", "Never again by itself: it is looked up, or asked about"],
};

export const REASONS: Record<string, Pair> = {
  condition: ["התנאי לא התקיים", "its condition did not hold"],
  upstream: ["שלב לפניו לא בוצע", "a step before it was left out"],
  rejected: ["נדחה", "rejected"],
  expired: ["פג התוקף", "expired"],
  cancelled: ["בוטל", "cancelled"],
  unknown: ["לא ידוע אם בוצע", "not known whether it was done"],
  kept: ["נשמר מהביצוע הקודם", "kept from the execution before"],
};

/** How two writes of one shared value at the same time were settled. */
export const POLICIES: Record<string, Pair> = {
  refuse: ["נדחה: אחר כתב באותו זמן", "refused: another wrote at the same time"],
  last: ["האחרון גבר", "the last one won"],
  first: ["הראשון גבר", "the first one won"],
  merge: ["מוזג", "merged"],
};

export const EVENTS: Record<string, Pair> = {
  "execution.created": ["הבקשה התקבלה", "The request was received"],
  "plan.step": ["שלב התחיל עוד בתכנון", "A step began while the plan is written"],
  "plan.accepted": ["התוכנית מוכנה", "The plan is ready"],
  "plan.refused": ["התוכנית נדחתה ומתוקנת", "The plan was refused and is mended"],
  "plan.grew": ["שלב מבקש שלבים נוספים", "A step asks for more steps"],
  "replan.began": ["שלב נכשל, והמתכנן מחפש דרך אחרת", "Steps have failed, and the planner looks for another way"],
  "replan.failed": ["אין דרך אחרת", "There is no other way"],
  "execution.started": ["הביצוע התחיל", "The execution started"],
  "step.expanded": ["הרשימה ידועה", "The list is known"],
  "step.started": ["שלב התחיל", "Step started"],
  "step.blocked": ["ממתין למה שנעול", "Waits for a lock"],
  "step.progress": ["מתקדם", "Progress"],
  "effect.intended": ["עומד לבצע", "About to act"],
  "step.kept": ["נשמר מהביצוע הקודם", "Kept from the execution before"],
  "step.completed": ["שלב הושלם", "Step completed"],
  "step.failed": ["שלב נכשל", "Step failed"],
  "step.lost": ["שלב נקטע", "Step was interrupted"],
  "step.skipped": ["שלב לא בוצע", "Step skipped"],
  "shared.written": ["ערך משותף נכתב", "A shared value was written"],
  "message.sent": ["הודעה בין סוכנים", "A message between agents"],
  "gate.opened": ["ממתין לאדם", "Waits for a person"],
  "gate.closed": ["התקבלה החלטה", "Decided"],
  "execution.waiting": ["ממתין לך", "Waiting for you"],
  "execution.paused": ["הושהה", "Paused"],
  "execution.resumed": ["ממשיך", "Resumed"],
  "execution.taken": ["תהליך אחר ממשיך", "Another process goes on"],
  "execution.completed": ["הושלם", "Completed"],
  "execution.failed": ["נכשל", "Failed"],
  "execution.cancelled": ["בוטל", "Cancelled"],
  "execution.quarantined": ["הוצא מהתור", "Quarantined"],
  "engine.failed": ["המנוע עצמו נכשל וינסה שוב", "The engine itself failed, and will try again"],
  "undo.began": ["מבטל לאחור את מה שנעשה", "Undoing what was done"],
  "undo.intended": ["עומד לבטל לאחור", "About to undo"],
  "undo.failed": ["הביטול לאחור לא הצליח", "Could not be undone"],
  "undo.done": ["בוטל לאחור", "Undone"],
  "undo.left": ["נשאר כפי שהיה", "Left as it is"],
  "execution.undone": ["בוטל לאחור", "Undone"],
};

export const EXAMPLES: Record<Language, readonly string[]> = {
  he: ["תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב", "מה יש לי ביומן השבוע?", "בדוק את המערכת"],
  en: ["Read what we did in December on grain and schedule a meeting with Yoav", "What is in my calendar this week?", "Check the system"],
};
