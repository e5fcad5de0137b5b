"""Every sentence of the command line, in both languages. A test holds that none is missing, unused, or differs in its {values}."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["he", "en"]


def ui_language(env: Mapping[str, str]) -> Language:
    """TIZMORET_LANG decides, else the locale as POSIX orders it (LC_ALL, LC_MESSAGES, LANG)."""
    name = next((env[key] for key in ("TIZMORET_LANG", "LC_ALL", "LC_MESSAGES", "LANG") if env.get(key)), "en")
    return "he" if name.lower().startswith(("he", "iw")) else "en"


LANGUAGE: Language = ui_language(os.environ)  # read once: the help of the commands is made when they are defined


def say(key: str, **values: object) -> str:
    he, en = MESSAGES[key]
    return (he if LANGUAGE == "he" else en).format(**values)


MESSAGES: Mapping[str, tuple[str, str]] = {  # key: (Hebrew, English)
    # -- help
    "help": (
        "תזמורת: בקשה בעברית או באנגלית הופכת לתוכנית שנבדקה, רצה במקביל, ושואלת לפני כל פעולה.\n\n"
        "קודי יציאה: 0 הושלם · 1 נכשל · 2 שימוש שגוי · 3 ממתין לאדם · 130 הופסק ב-Ctrl-C",
        "Tizmoret turns a request in Hebrew or English into a checked plan, runs it in parallel, and asks before it acts.\n\n"
        "Exit codes: 0 done · 1 failed · 2 bad use · 3 waits for a person · 130 stopped by Ctrl-C",
    ),
    "help.run": ("לבצע בקשה ולעקוב אחריה", "Carry out a request and watch it"),
    "help.plan": ("להציג את התוכנית של בקשה בלי לבצע דבר", "Show the plan of a request; nothing is done"),
    "help.list": ("לרשום את הביצועים, החדש ראשון", "List executions, newest first"),
    "help.show": ("להציג ביצוע אחד: צעדים, אישורים, תשובה", "Show one execution: steps, approvals, answer"),
    "help.approve": ("לאשר פעולה שממתינה, או לענות על שאלה", "Approve what waits, or answer a question"),
    "help.reject": ("לדחות פעולה שממתינה", "Reject what waits"),
    "help.pause": ("להשהות ביצוע; מה שכבר רץ מסתיים", "Pause an execution; what runs is finished"),
    "help.resume": ("להמשיך ביצוע מושהה", "Go on with a paused execution"),
    "help.cancel": ("לבטל ביצוע; קריאות שרצות נעצרות", "Cancel an execution; running calls are stopped"),
    "help.serve": ("להפעיל את השרת ואת העמוד", "Start the server and the page"),
    "help.worker": (
        "לבצע ביצועים בלי שרת; כמה כאלה, גם במכונות אחרות",
        "Drive executions without a server; as many as you like, on any machine",
    ),
    "help.verify": (
        "להפיל תהליכים ומסד נתונים על מכונה זו, במסד נפרד, ולבדוק ששום דבר לא אבד ולא קרה פעמיים",
        "Bring down processes and a database on this machine, in a database apart, and check that nothing was lost or happened twice",
    ),
    "help.token": ("להדפיס את אסימון הבעלים ל-API", "Print the owner's token for the API"),
    "help.doctor": ("לבדוק שהכול תקין, ולומר מה לעשות אם לא", "Check that everything works, and say what to do where it does not"),
    "help.version": ("להדפיס את הגרסה", "Print the version"),
    "arg.request": ("הבקשה במילים שלך; - קורא מהקלט", "the request in your own words; - reads standard input"),
    "arg.id": ("מזהה הביצוע, תחילתו או סופו, או last", "the execution's id, its beginning or end, or `last`"),
    "arg.approval": ("מזהה האישור; מיותר כשרק אחד ממתין", "the approval's id; not needed where only one waits"),
    "opt.yes": (
        "לאשר את כל הפעולות. שאלות נשארות פתוחות, אלא אם יש להן תשובה אפשרית אחת",
        "approve every action; questions stay open unless they have just one possible answer",
    ),
    "opt.json": ("JSON במקום טקסט", "JSON instead of text"),
    "opt.json_lines": ("שורת JSON לכל אירוע, ובסוף הביצוע", "one line of JSON for each event, then the execution"),
    "opt.no_wait": ("לחזור מיד", "return at once"),
    "opt.status": ("רק במצב זה: {states}", "only in this state: {states}"),
    "opt.query": ("רק מה שמכיל מילים אלה", "only what holds these words"),
    "opt.limit": ("כמה לכל היותר", "how many at most"),
    "opt.follow": ("לעקוב עד הסוף", "watch it to its end"),
    "opt.option": ("מספר התשובה, מ-1", "the number of the answer, from 1"),
    "opt.text": ("תשובה במילים", "an answer in words"),
    "opt.args": ("הארגומנטים שיופעלו במקום, כ-JSON", "the arguments to run instead, as JSON"),
    "opt.note": ("הערה שתישמר עם ההחלטה", "a note kept with the decision"),
    "opt.host": ("הכתובת להאזנה", "the address to listen on"),
    "opt.port": ("הפורט; 0 בוחר פנוי", "the port; 0 takes a free one"),
    "opt.health_port": ("הפורט של בדיקת התקינות; 0 בוחר פנוי", "the port of its health check; 0 takes a free one"),
    "opt.workers": ("0: רק מקבל ומציג; תהליכי tizmoret worker מבצעים", "0: only takes requests and shows them; `tizmoret worker` drives"),
    "opt.seconds": ("כמה שניות של תקלות", "how many seconds of faults"),
    "opt.kills": ("במקום זמן: עד שכך תהליכים נהרגו", "instead of a time: until so many processes were killed"),
    "opt.seed": ("אותו מספר חוזר על אותן תקלות", "the same number repeats the same faults"),
    "opt.open": ("לפתוח את העמוד בדפדפן", "open the page in a browser"),
    # -- errors
    "error.usage": ("יש להקליד tizmoret --help כדי לראות את הפקודות.", "Type `tizmoret --help` to see the commands."),
    "error.usage_of": ("יש להקליד {command} --help כדי לראות את השימוש.", "Type `{command} --help` to see how it is used."),
    "error.unexpected": (
        "תקלה שלא צפינו: {error}. הפרטים נרשמו ב-{log}; עם TIZMORET_DEBUG=1 הם יוצגו כאן.",
        "Something we did not expect: {error}. The details are in {log}; TIZMORET_DEBUG=1 shows them here.",
    ),
    "error.unexpected_unlogged": (
        "תקלה שלא צפינו: {error}. עם TIZMORET_DEBUG=1 הפרטים יוצגו כאן.",
        "Something we did not expect: {error}. TIZMORET_DEBUG=1 shows the details here.",
    ),
    "error.home": ("אי אפשר לכתוב אל {home}: {why}.", "{home} cannot be written: {why}."),
    "error.home_cure": ("יש להפנות את TIZMORET_HOME לתיקייה שניתן לכתוב בה.", "Set TIZMORET_HOME to a folder that you can write to."),
    "error.utf8": ("הבקשה אינה טקסט UTF-8 תקין.", "The request is not valid UTF-8 text."),
    "error.utf8_cure": ("יש לשמור אותה כ-UTF-8, או להגדיר LANG=C.UTF-8.", "Save it as UTF-8, or set LANG=C.UTF-8."),
    "error.status": ("אין מצב {status}.", "There is no state {status}."),
    "error.status_cure": ("המצבים: {states}.", "The states are {states}."),
    "error.no_id": ("אין ביצוע שמזהה שלו הוא {id}.", "There is no execution {id}."),
    "error.no_id_cure": ("tizmoret list מציג את הביצועים.", "`tizmoret list` shows which there are."),
    "error.none": ("אין עדיין ביצועים.", "There are no executions yet."),
    "error.none_cure": ('יש להתחיל אחד: tizmoret run "…"', 'Begin one: tizmoret run "…"'),
    "error.many_ids": ("המזהה {id} מתאים לכמה ביצועים: {found}.", "{id} fits several executions: {found}."),
    "error.many_ids_cure": ("יש לתת יותר מן המזהה.", "Give more of the id."),
    "error.json": ("הערך של --args אינו JSON תקין: {why}.", "The value of --args is not valid JSON: {why}."),
    "error.json_cure": ("יש לתת אובייקט, למשל {example}", "Give an object such as {example}"),
    "error.nothing_waits": ("דבר אינו ממתין להחלטה בביצוע {id} ({status}).", "Nothing waits for a decision in {id} ({status})."),
    "error.nothing_waits_cure": ("tizmoret show {id} מציג את מצבו.", "`tizmoret show {id}` shows how it stands."),
    "error.no_approval": ("אין אישור ממתין שמזהה שלו הוא {id}.", "No waiting approval has the id {id}."),
    "error.many_wait": ("{count} החלטות ממתינות: {found}.", "{count} decisions wait: {found}."),
    "error.many_wait_cure": ("יש לציין איזו.", "Say which one."),
    "error.option": ("--option הוא {option}, ויש {count} תשובות.", "--option is {option}, and there are {count} answers."),
    "error.needs_option": ("זו שאלה: {title}", "This is a question: {title}"),
    "error.needs_option_cure": ("יש לענות עם --option: {options}.", "Answer with --option: {options}."),
    "error.needs_text_cure": ('יש לענות עם --text "…".', 'Answer with --text "…".'),
    "error.port_cure": ("יש לבחור אחר עם --port או TIZMORET_PORT.", "Choose another with --port or TIZMORET_PORT."),
    # -- states
    "status.planning": ("מתכנן", "planning"),
    "status.running": ("רץ", "running"),
    "status.waiting": ("ממתין לך", "waits for you"),
    "status.paused": ("מושהה", "paused"),
    "status.completed": ("הושלם", "completed"),
    "status.failed": ("נכשל", "failed"),
    "status.cancelled": ("בוטל", "cancelled"),
    "status.quarantined": ("בהסגר", "quarantined"),
    "status.pending": ("טרם", "to come"),
    "status.ready": ("מוכן", "ready"),
    "status.gate": ("ממתין לך", "waits for you"),
    "status.skipped": ("דולג", "skipped"),
    "status.unknown": ("לא ידוע", "not known"),
    "state.retry": ("ינסה שוב בעוד {seconds} שנ׳: {why}", "tries again in {seconds} s: {why}"),
    "state.fallback": ("עובר אל {name}: {why}", "goes over to {name}: {why}"),
    "state.lost": ("נקטע בנפילה, ממשיך", "was cut off by a crash, goes on"),
    "effect.none": ("רק קורא", "only reads"),
    "effect.write": ("כותב", "writes"),
    "effect.delete": ("מוחק", "deletes"),
    "effect.send": ("שולח", "sends"),
    "effect.reversible": ("ניתן לביטול", "can be undone"),
    "effect.final": ("לא ניתן לביטול", "cannot be undone"),
    # -- watching
    "watch.starting": ("מעלה את תזמורת…", "Starting Tizmoret…"),
    "watch.planning": ("מתכנן…", "Planning…"),
    "watch.planned": ("צעדים בתוכנית: {steps} (מתכנן: {planner})", "Steps in the plan: {steps} (planner: {planner})"),
    "watch.refused": ("התוכנית לא עברה בדיקה ({findings}); מנסה שוב", "The plan did not pass its check ({findings}); trying again"),
    "watch.taken": ("ממשיך ממה שתהליך קודם השאיר", "Going on from what an earlier process left"),
    "watch.more": ("ועוד: {done} הושלמו, {left} לפנינו", "and more: {done} completed, {left} to come"),
    "watch.total": ("צעדים: {done} מתוך {total}, {time}", "Steps: {done} of {total}, {time}"),
    "watch.seconds": ("{seconds} שנ׳", "{seconds} s"),
    "watch.minutes": ("{minutes} דק׳ {seconds} שנ׳", "{minutes} min {seconds} s"),
    "watch.submitted": (
        "נרשם: {id}. שרת שרץ על אותה תיקייה מבצע אותו; בלי שרת הוא ממשיך עם: {command}",
        "Recorded as {id}. A server on the same home carries it out; without one it goes on with: {command}",
    ),
    "watch.interrupted": (
        "הביצוע נשמר ולא אבד. שרת שרץ על אותה תיקייה ממשיך אותו; בלי שרת הוא ממשיך עם: {command}",
        "The execution is kept, nothing is lost. A server on the same home goes on with it; without one: {command}",
    ),
    "watch.paused": ("מושהה. להמשך: {command}", "Paused. To go on: {command}"),
    "watch.waits": ("ממתין להחלטה שלך:", "Waits for your decision:"),
    "watch.yes_leaves": ("(--yes מאשר פעולות, ואינו עונה על שאלות)", "(--yes approves actions; it does not answer questions)"),
    "watch.failed": ("נכשל: {why}", "Failed: {why}"),
    "watch.cancelled": ("בוטל.", "Cancelled."),
    "watch.pausing": ("ההשהיה נרשמה.", "The pause is recorded."),
    "watch.recorded": ("ההחלטה נרשמה.", "The decision is recorded."),
    # -- gates
    "gate.approval": ("נדרש אישור", "Approval needed"),
    "gate.question": ("שאלה", "A question"),
    "gate.unknown": ("לא ידוע מה קרה", "It is not known what happened"),
    "gate.tool": ("כלי", "tool"),
    "gate.effect": ("פעולה משנה", "effect"),
    "gate.sources": ("מקורות", "sources"),
    "gate.untrusted": (
        "חלק מן הערכים הגיע מתוכן שאחרים כתבו. יש לקרוא אותם לפני אישור.",
        "Some of these values come from content that others wrote. Read them before you approve.",
    ),
    "gate.understood": ("מה שהובן: {parts}", "Understood: {parts}"),
    "gate.ask_approval": ("לאשר? [כן / לא / אחר כך] ", "Approve? [y]es / [n]o / [l]ater: "),
    "gate.ask_option": ("מספר התשובה (ריק: אחר כך): ", "Number of the answer (empty: later): "),
    "gate.ask_text": ("תשובה (ריק: אחר כך): ", "Answer (empty: later): "),
    "gate.again": ("לא הובן.", "That was not understood."),
    "gate.elsewhere": ("הוחלט במקום אחר בידי {by}: {decision}", "Decided elsewhere by {by}: {decision}"),
    "gate.by_yes": ("אושר (--yes): {title}", "Approved (--yes): {title}"),
    "gate.by_yes_option": ("נענה (--yes, תשובה יחידה): {title} — {option}", "Answered (--yes, the only answer): {title} — {option}"),
    "gate.approved": ("אושר", "approved"),
    "gate.rejected": ("נדחה", "rejected"),
    "gate.answered": ("נענה", "answered"),
    "gate.expired": ("פג", "expired"),
    "gate.cancelled": ("בוטל", "cancelled"),
    # -- list, show, plan
    "show.request": ("בקשה", "Request"),
    "show.status": ("מצב", "Status"),
    "show.steps": ("צעדים", "Steps"),
    "show.created": ("נוצר", "Made"),
    "show.id": ("מזהה", "Id"),
    "show.planner": ("מתכנן", "Planner"),
    "show.empty": ('אין ביצועים. יש להתחיל אחד: tizmoret run "…"', 'No executions. Begin one: tizmoret run "…"'),
    "show.more": ("יש עוד; --limit מציג יותר.", "There are more; --limit shows them."),
    "plan.level": ("שלב {number}:", "Level {number}:"),
    "plan.asks": ("ישאל לפני כן", "will ask first"),
    "plan.expected": ("זמן צפוי {time}, עלות צפויה {cost}. שום כלי לא הופעל.", "Expected {time} and {cost}. No tool was called."),
    "plan.free": ("0 $", "$0"),
    "plan.question": ("כדי לתכנן חסר: {question}", "To plan this: {question}"),
    # -- serve
    "serve.ready": ("תזמורת מאזינה ב-{address}", "Tizmoret listens at {address}"),
    "serve.page": ("העמוד, כבר מחובר: {link}", "The page, signed in: {link}"),
    "serve.first": (
        "ברוכים הבאים. הכנו סביבת הדגמה: {documents} מסמכים, {contacts} אנשי קשר ויומן.",
        "Welcome. A demo workspace is ready: {documents} documents, {contacts} contacts and a calendar.",
    ),
    "serve.seed": (
        "כבר התחלנו בקשה אחת, והיא תעצור ותשאל: {request}",
        "One request is already under way, and it will stop to ask you: {request}",
    ),
    "serve.next": ("אפשר להמשיך בעמוד, או במסוף אחר:", "Go on in the page, or in another terminal:"),
    "serve.files": ("הקבצים: {folder}", "Its files: {folder}"),
    "serve.stop": ("לעצירה: Ctrl-C", "To stop: Ctrl-C"),
    "worker.ready": ("מבצע ביצועים. תקינות: {health}", "Driving executions. Health: {health}"),
    # -- verify
    "verify.begin": (
        "תקלות במשך {seconds} שנ׳, זרע {seed}. מסד הנתונים נפרד ויימחק.",
        "{seconds} s of faults, seed {seed}, in a database apart that is removed.",
    ),
    "verify.under_way": ("מפיל ובודק…", "Bringing down and checking…"),
    "verify.faults": ("תקלות", "faults"),
    "verify.executions": ("ביצועים", "executions"),
    "verify.lost": ("אבדו", "lost"),
    "verify.repeated": ("פעולות שקרו פעמיים", "effects that happened twice"),
    "verify.rerun": ("צעדים גמורים שרצו שוב", "finished steps that ran again"),
    "verify.unknown": ("נקטעו ודווחו", "cut off, and reported"),
    "verify.fenced": ("תהליכים ישנים שכתיבתם נדחתה", "writes of replaced processes refused"),
    "verify.takeover": ("זמן עד שאחר המשיך", "until another went on"),
    "verify.held": ("הכול החזיק. זרע {seed}", "Everything held. Seed {seed}"),
    "verify.broken": ("משהו לא החזיק. זרע {seed}", "Something did not hold. Seed {seed}"),
    # -- doctor
    "doctor.python": ("Python", "Python"),
    "doctor.home": ("תיקיית הבית", "home folder"),
    "doctor.database": ("מסד נתונים", "database"),
    "doctor.disk": ("דיסק", "disk"),
    "doctor.planner": ("מודל", "model"),
    "doctor.free": ("{gigabytes} GiB פנויים", "{gigabytes} GiB free"),
    "doctor.port": ("פורט", "port"),
    "doctor.offline": (
        "לא מקוון: חיפוש וכללים, בלי מודל. GEMINI_API_KEY או TIZMORET_MODEL מפעילים מודל.",
        "offline: retrieval and rules, no model. GEMINI_API_KEY or TIZMORET_MODEL switch one on.",
    ),
    "doctor.port_free": ("{port} פנוי", "{port} is free"),
    "doctor.port_ours": ("תזמורת מאזינה בפורט {port}", "Tizmoret listens on {port}"),
    "doctor.cure_disk": ("יש לפנות מקום בדיסק של {home}.", "Free space on the disk of {home}."),
    "doctor.cure_database": ("יש לבדוק את DATABASE_URL, או לנסות שוב.", "Check DATABASE_URL, or try again."),
    "doctor.cure_other": ("הפרטים ביומן: {log}", "The log says more: {log}"),
    "doctor.well": ("הכול תקין.", "Everything works."),
    "doctor.unwell": ("{count} בדיקות נכשלו.", "{count} checks failed."),
}
