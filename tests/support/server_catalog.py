"""The server's Chinese catalog: which sentences its pages and errors need, how it is renewed.

``python -m tests.support.server_catalog`` adds new sentences, drops those no longer said and
compiles. A sentence the command says too takes the command's translation; all others are written
by hand in the ``.po`` file.
"""

from collections.abc import Iterator

from babel.messages import Catalog
from babel.messages import Message as BabelMessage
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tests.support import catalog as command
from watchclock_protocol.errors import CaptureError, CodedError
from watchclock_protocol.tags.errors import TagError
from watchclock_protocol.tags.reading import NOTE_SENTENCES
from watchclock_server.errors import ServerError

SERVER = command.ROOT / "server" / "watchclock_server"
CATALOG = SERVER / "pages" / "locale" / "zh_CN" / "LC_MESSAGES" / "messages.po"
_COMPONENTS = ("watchclock_protocol", "watchclock_server")
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
_OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {"_": None, "gettext": None, "translatable": None, "ngettext": (1, 2)}
Message = str | tuple[str, ...]


def needed_sentences() -> set[Message]:
    """Every sentence the server can say, plural forms as pairs."""
    return set(_written()) | set(_told()) | command.reasons(_COMPONENTS)


def _written() -> Iterator[Message]:
    found = extract_from_dir(SERVER, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS)
    for _path, _line, message, _comments, _context in found:
        yield message if isinstance(message, str) else tuple(message)


def _told() -> Iterator[str]:
    """Sentences and next steps of every error the server answers with."""
    yield from NOTE_SENTENCES.values()
    for kind in command.error_classes(_COMPONENTS):
        if issubclass(kind, ServerError | CaptureError | TagError) or kind is CodedError:
            yield kind.template
            yield kind.next_step


def _empty() -> Catalog:
    return Catalog(
        locale="zh_CN",
        project="watchclock server",
        header_comment="# What the server's pages and errors say, in Chinese.",
        fuzzy=False,
    )


def chinese(message: BabelMessage) -> str:
    """What the message says in Chinese; empty when nobody has translated it."""
    string = message.string
    return string if isinstance(string, str) else "".join(string or ())


def load() -> Catalog:
    """The catalog as written in the repository."""
    if not CATALOG.exists():
        return _empty()
    with CATALOG.open("rb") as file:
        return read_po(file, locale="zh_CN")


def renew() -> None:
    """Bring the catalog file up to date with what the server says, then compile it."""
    old, shared = load(), command.load()
    new = _empty()
    new.creation_date, new.revision_date = old.creation_date, old.revision_date
    for sentence in sorted(needed_sentences(), key=str):
        known = [found.string for found in (old.get(sentence), shared.get(sentence)) if found]
        new.add(sentence, next((string for string in known if string), ""))
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("wb") as file:
        write_po(file, new, width=110, sort_output=True, no_location=True)
    CATALOG.with_suffix(".mo").write_bytes(command.compiled(load()))


if __name__ == "__main__":
    renew()
