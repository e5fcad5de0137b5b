"""Whether the installation is well, and the proof by faults."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {  # key: (Hebrew, English)
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
    "verify.rerun": ("שלבים גמורים שרצו שוב", "finished steps that ran again"),
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
