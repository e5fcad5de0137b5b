"""`python -m tizmoret` is the program `tizmoret`."""

from tizmoret.cli import main

main()
