"""What is said when something cannot be done."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {  # key: (Hebrew, English)
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
    "error.no_schedule": ("אין לוח זמנים {id}.", "There is no schedule {id}."),
    "error.no_schedule_cure": ("tizmoret schedule list מראה מה יש.", "`tizmoret schedule list` shows which there are."),
    "error.choice": ("‏`{name}` לא יכול להיות {value}.", "`{name}` cannot be {value}."),
    "error.choice_cure": ("אפשר: {known}.", "Give one of: {known}."),
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
}
