"""Every sentence of the command line, one file for each of its areas. A test holds that none is missing, unused, or differs in its {values}."""

from collections.abc import Mapping

from tizmoret.cli.sentences import errors, help, looking, proving, running, watching

ALL: Mapping[str, tuple[str, str]] = {
    key: sentence for area in (help, errors, watching, looking, running, proving) for key, sentence in area.SENTENCES.items()
}
