"""How each kind of file is read: its text, its own date, its tables. Everything here works on files that somebody else made."""
