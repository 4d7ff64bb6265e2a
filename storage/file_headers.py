"""What a stored file is sent with, wherever it is served: shown as what it was found to be, with no rights at all."""

import re
from urllib.parse import quote

from storage.files import StoredFile
from storage.pictures import THUMBNAIL_TYPE

_KEEP = "private, max-age=604800, immutable"  # a file never changes


def file_headers(file: StoredFile, *, thumbnail: bool) -> dict[str, str]:
    """The headers of a file's response; a PDF is saved, not shown."""
    shown = "attachment" if file.type == "application/pdf" else "inline"
    plain = re.sub(r'[^ -~]|["\\%;]', "_", file.name)
    return {
        "Content-Type": THUMBNAIL_TYPE if thumbnail else file.type,
        "Content-Disposition": f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Cache-Control": _KEEP if not file.private else "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Server": "Pitline",
    }
