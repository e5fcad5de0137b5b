"""The server, schedules, people and connections."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {  # key: (Hebrew, English)
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
    # -- schedules
    "schedule.made": ("נקבע: {id}. הפעם הבאה: {time} ({zone})", "Scheduled: {id}. Next: {time} ({zone})"),
    "schedule.paused": ("מושהה: {id}", "Paused: {id}"),
    "schedule.removed": ("הוסר: {id}", "Removed: {id}"),
    "schedule.none": ("לא נקבע דבר.", "Nothing is scheduled."),
    "schedule.next": ("הפעם הבאה", "Next"),
    "schedule.cron": ("מתי (cron)", "Cron"),
    # -- people
    "role.owner": ("בעלים", "owner"),
    "role.admin": ("ניהול", "admin"),
    "role.member": ("חבר", "member"),
    "role.viewer": ("צפייה", "viewer"),
    "member.name": ("שם", "Name"),
    "member.role": ("תפקיד", "Role"),
    "member.keys": ("מפתחות", "Keys"),
    "member.next": ("כעת ליצור מפתח: {command}", "Now make a key: {command}"),
    "member.removed": ("הוסר: {name}", "Removed: {name}"),
    "key.prefix": ("מפתח", "Key"),
    "key.name": ("שימוש", "For"),
    "key.expires": ("בתוקף עד", "Expires"),
    "key.used": ("שימוש אחרון", "Last used"),
    "key.over": ("פג", "expired"),
    "key.none": ("אין מפתחות.", "There are no keys."),
    "key.made": ("מפתח של {member}, בתוקף עד {until}:", "A key of {member}, until {until}:"),
    "key.once": (
        "הוא לא יוצג שוב. נכנסים בו לעמוד, או שולחים אותו כ-Bearer.",
        "It is not shown again. Sign in to the page with it, or send it as bearer.",
    ),
    "key.revoked": ("בוטל: {prefix}… של {member}", "Revoked: {prefix}… of {member}"),
    "error.no_key": ("אין מפתח {id}.", "There is no key {id}."),
    "error.no_key_cure": ("tizmoret key list מראה אילו יש.", "tizmoret key list shows which there are."),
    # -- connect
    "connect.offers": ("  תקין: {offers}", "  well: {offers}"),
    "connect.trouble": ("  לא תקין: {trouble}", "  not well: {trouble}"),
    "connect.none": ("שום שרת אינו מחובר; הנתונים בתיקיית סביבת העבודה.", "No server is connected; data lives in the workspace's folder."),
    "connect.removed": ("נותק: {name}", "Removed: {name}"),
    "connect.secret": ("סיסמה, מפתח או אסימון", "Password, key or token"),
    "connect.open": ("פתחו בדפדפן: {address}", "Open in a browser: {address}"),
    "connect.back": ("החיבור נמסר לתזמורת. אפשר לסגור את החלון.", "Tizmoret has what it needs. You can close this window."),
    "error.not_signed_in": ("איש לא נכנס ב-{service}.", "Nobody signed in at {service}."),
    "error.not_signed_in_cure": ("הריצו שוב, ופתחו את הכתובת שמוצגת.", "Run it again, and open the address that is shown."),
    "error.no_base": ("לא ידוע איפה השרת של הקובץ הזה.", "It is not known where the server of that file is."),
    "error.no_base_cure": ("תנו את כתובתו ב---base.", "Give its address with --base."),
    "error.cannot_read": ("{file} לא נקרא: {why}.", "{file} cannot be read: {why}."),
    "error.cannot_read_cure": ("תנו כתובת או קובץ של מסמך OpenAPI.", "Give the address or the file of an OpenAPI document."),
    "error.no_secret": ("אין סיסמה.", "There is no password."),
    "error.no_secret_cure": ("שימו אותה במשתנה {variable}, או הריצו במסוף.", "Put it into {variable}, or run this at a terminal."),
}
