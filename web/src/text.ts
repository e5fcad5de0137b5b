/** Every text of the page in both languages. */

export type Language = "he" | "en";

const MESSAGES = {
  title: ["תזמורת", "Tizmoret"],
  ask: ["מה לעשות?", "What should be done?"],
  placeholder: ["כתבו בקשה במילים שלכם, בעברית או באנגלית", "Write a request in your own words, in Hebrew or English"],
  send: ["לביצוע", "Go"],
  examples: ["לדוגמה", "For example"],
  recent: ["ביצועים אחרונים", "Recent executions"],
  none: ["עוד לא ביקשתם דבר. נסו אחת מהדוגמאות.", "Nothing was asked yet. Try one of the examples."],
  new: ["בקשה חדשה", "New request"],
  language: ["English", "עברית"],
  steps: ["שלבים", "Steps"],
  log: ["יומן", "Log"],
  answer: ["תשובה", "Answer"],
  approve: ["אישור", "Approve"],
  reject: ["דחייה", "Reject"],
  reason: ["סיבה (לא חובה)", "Reason (optional)"],
  answerIt: ["לענות", "Answer"],
  approvalNeeded: ["נדרש אישור שלך", "Your approval is needed"],
  question: ["יש שאלה אליך", "There is a question for you"],
  nothingYet: ["שום דבר עוד לא נעשה. יבוצע בדיוק מה שמוצג כאן.", "Nothing was done yet. Exactly what is shown here will run."],
  tool: ["כלי", "Tool"],
  effect: ["השפעה", "Effect"],
  reversible: ["ניתן לביטול", "Can be undone"],
  irreversible: ["לא ניתן לביטול", "Cannot be undone"],
  sources: ["מקורות", "Sources"],
  untrusted: ["חלק מהתוכן הגיע ממקור שאינו מהימן", "Part of this comes from an untrusted source"],
  pause: ["השהיה", "Pause"],
  resume: ["המשך", "Resume"],
  cancel: ["ביטול", "Cancel"],
  live: ["חי", "Live"],
  reconnecting: ["מתחבר מחדש…", "Reconnecting…"],
  ended: ["הסתיים", "Ended"],
  planning: ["מתכנן…", "Planning…"],
  offline: ["תכנון ללא מודל", "Planned offline, without a model"],
  signIn: ["כניסה", "Sign in"],
  token: ["האסימון שמדפיסה הפקודה tizmoret token", "The token that `tizmoret token` prints"],
  more: ["פרטים", "Details"],
  write: ["כתיבה", "Writes"],
  delete: ["מחיקה", "Deletes"],
  sends: ["שליחה", "Sends"],
  reads: ["קריאה בלבד", "Only reads"],
  noConnection: ["אין קשר עם השרת. בדקו שהוא פועל ונסו שוב.", "The server does not answer. See that it runs and try again."],
} as const;

const STATUSES: Record<string, readonly [string, string]> = {
  planning: ["בתכנון", "Planning"], running: ["רץ", "Running"], waiting: ["ממתין לך", "Waiting for you"], paused: ["מושהה", "Paused"],
  completed: ["הושלם", "Completed"], failed: ["נכשל", "Failed"], cancelled: ["בוטל", "Cancelled"], quarantined: ["הוצא מהתור", "Quarantined"],
  pending: ["ממתין לתורו", "Pending"], ready: ["מוכן", "Ready"], gate: ["ממתין לאישור", "Waiting for approval"], skipped: ["לא בוצע", "Skipped"],
  unknown: ["לא ידוע", "Unknown"],
};

const ICONS: Record<string, string> = {
  planning: "◌", running: "◐", waiting: "◆", paused: "⏸", completed: "✓", failed: "✗", cancelled: "⊘", quarantined: "⊘",
  pending: "◌", ready: "◌", gate: "◆", skipped: "–", unknown: "?",
};

const EVENTS: Record<string, readonly [string, string]> = {
  "execution.created": ["הבקשה התקבלה", "The request was received"], "plan.accepted": ["התוכנית מוכנה", "The plan is ready"],
  "plan.refused": ["התוכנית נדחתה ומתוקנת", "The plan was refused and is mended"], "execution.started": ["הביצוע התחיל", "The execution started"],
  "step.expanded": ["הרשימה ידועה", "The list is known"], "step.started": ["שלב התחיל", "Step started"], "step.progress": ["מתקדם", "Progress"],
  "effect.intended": ["עומד לבצע", "About to act"], "step.completed": ["שלב הושלם", "Step completed"], "step.failed": ["שלב נכשל", "Step failed"],
  "step.lost": ["שלב נקטע", "Step was interrupted"], "step.skipped": ["שלב לא בוצע", "Step skipped"], "gate.opened": ["ממתין לאדם", "Waits for a person"],
  "gate.closed": ["התקבלה החלטה", "Decided"], "execution.waiting": ["ממתין לך", "Waiting for you"], "execution.paused": ["הושהה", "Paused"],
  "execution.resumed": ["ממשיך", "Resumed"], "execution.taken": ["תהליך אחר ממשיך", "Another process goes on"], "execution.completed": ["הושלם", "Completed"],
  "execution.failed": ["נכשל", "Failed"], "execution.cancelled": ["בוטל", "Cancelled"], "execution.quarantined": ["הוצא מהתור", "Quarantined"],
};

export const EXAMPLES: Record<Language, readonly string[]> = {
  he: ["תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב", "מה יש לי ביומן השבוע?", "בדוק את המערכת"],
  en: ["Read what we did in December on grain and schedule a meeting with Yoav", "What is in my calendar this week?", "Check the system"],
};

let current: Language = localStorage.getItem("language") === "en" ? "en" : "he";

export const language = (): Language => current;

export function setLanguage(to: Language): void {
  current = to;
  localStorage.setItem("language", to);
  document.documentElement.lang = to;
  document.documentElement.dir = to === "he" ? "rtl" : "ltr";
  document.title = t("title");
}

const pick = (pair: readonly [string, string]): string => pair[current === "he" ? 0 : 1];

export const t = (key: keyof typeof MESSAGES): string => pick(MESSAGES[key]);
export const status = (name: string): string => pick(STATUSES[name] ?? [name, name]);
export const icon = (name: string): string => ICONS[name] ?? "◌";
export const eventName = (kind: string): string => pick(EVENTS[kind] ?? [kind, kind]);

export function time(iso: string): string {
  return new Intl.DateTimeFormat(current, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(iso));
}

export function date(iso: string): string {
  return new Intl.DateTimeFormat(current, { dateStyle: "short", timeStyle: "short" }).format(new Date(iso));
}
