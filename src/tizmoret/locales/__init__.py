"""Errors in the language of whoever reads them. They are English in code, log and API, once and for all; only what shows them translates."""
