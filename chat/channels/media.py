"""The files of a message that leaves by a carrier: pictures with the text where the carrier takes them, else links."""

from datetime import timedelta

from storage.file_links import BY_CARRIER, BY_MAIL, FileLinks
from storage.messages import Attachment, Entry, Link
from storage.shops import Language

_SHOWN_BY_PHONES = frozenset({"image/jpeg", "image/png", "image/gif"})
_MOST_BYTES = 5_000_000  # of all pictures of one text
_CAME = {"en": ("[1 attachment]", "[{n} attachments]"), "es": ("[1 archivo adjunto]", "[{n} archivos adjuntos]")}
_COUNTRY = "+1"  # texts carry pictures in the United States and Canada


def split_for_text(
    entry: Entry, files: FileLinks, origin: str, *, sender: str, to: str
) -> tuple[tuple[str, ...], tuple[Link, ...]]:
    """Addresses of the pictures that go with a text, and links to the files that cannot."""
    carried: list[Attachment] = []
    can_carry = sender.startswith((_COUNTRY, "MG")) and to.startswith(_COUNTRY)
    for one in entry.attachments:
        fits = sum(before.size for before in carried) + one.size <= _MOST_BYTES
        if can_carry and one.type in _SHOWN_BY_PHONES and fits:
            carried.append(one)
    linked = [one for one in entry.attachments if one not in carried]
    urls = tuple(_url(one, entry, files, origin, BY_CARRIER) for one in carried)
    return urls, tuple(Link(one.name, _url(one, entry, files, origin, BY_CARRIER)) for one in linked)


def links_for_mail(entry: Entry, files: FileLinks, origin: str) -> tuple[Link, ...]:
    """Links to all of a message's files."""
    return tuple(Link(one.name, _url(one, entry, files, origin, BY_MAIL)) for one in entry.attachments)


def words_for_files(count: int, language: Language) -> str:
    """That files came with a text, in words."""
    one, many = _CAME[language]
    return one if count == 1 else many.format(n=count)


def _url(attachment: Attachment, entry: Entry, files: FileLinks, origin: str, lifetime: timedelta) -> str:
    return origin + files.path(entry.shop, attachment.id, lifetime)
