"""The sentences are compared in English, whatever the machine speaks; read when the package is imported."""

import os

os.environ["TIZMORET_LANG"] = "en"
