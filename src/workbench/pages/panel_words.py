"""The words of the lab: JupyterLab's language pack, and the words of the panel of jobs.

jupyter-scheduler has no Vietnamese words and looks its own up among JupyterLab's, where a package
cannot add any. So the lab's page asks this extension of the server for its words
(``translationsApiUrl`` in ``assets/lab``).
"""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from jupyterlab_server.translation_utils import get_language_pack, get_language_packs
from tornado.web import authenticated

from workbench.messages import catalogue, say, use_language

_LOCALE = "vi_VN"
_DOMAIN = "jupyterlab"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    path = url_path_join(server.base_url, "workbench", "translations", "?(?P<locale>.*)")
    server.web_app.add_handlers(".*$", [(path, LabWords)])


class LabWords(APIHandler):
    """Answers with the words of a language by what they stand for, or with the languages."""

    @authenticated
    def get(self, locale: str) -> None:
        """Write the words of a locale; the names of all locales where none is asked for."""
        data, message = get_language_pack(locale) if locale else get_language_packs()
        if locale == _LOCALE and data:
            with use_language("vi"):
                words = catalogue("panel").items()
                missing = {entry["en"]: [say(f"panel.{name}")] for name, entry in words}
            data[_DOMAIN] = {**missing, **data[_DOMAIN]}
        self.finish({"data": data, "message": message})
