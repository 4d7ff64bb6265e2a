"""Words that point to what was just spoken of: "is it paid?", "the other one", "ya está pagada?"."""

import re
from typing import Literal, TypeAlias

from bot.understanding.features import fold

Pointer: TypeAlias = Literal["it", "other"]

_OTHER = re.compile(
    r"\b(?:the|my|that|this) other(?: (?:one|car|truck|vehicle|invoice|bill|estimate|quote|appointment|visit))?\b"
    r"|\b(?:el|la) otr[oa]\b|\botr[oa] (?:carro|coche|auto|camioneta|factura|cita|presupuesto)\b"
)
_IT = re.compile(
    r"\b(?:it|its|it's|that one|this one|that (?:car|truck|invoice|bill|estimate|quote|appointment|visit|payment)"
    r"|this (?:car|truck|invoice|bill|estimate|quote|appointment|visit)|same (?:one|car))\b"
    r"|\b(?:es[aeo]|est[aeo]) (?:mism[oa]|factura|carro|coche|auto|camioneta|cita|presupuesto|cotizacion)\b"
    r"|\b(?:es[ae])\b(?! (?:dia|hora|semana|mes))|\bel mismo\b|\bla misma\b"
    r"|^\W*(?:y )?(?:ya )?(?:esta|quedo) (?:list|pagad|terminad|vencid|aprobad)[oa]\b"
)
# an "it" that stands for nothing
_EMPTY_IT = re.compile(
    r"\b(?:is it (?:possible|ok|okay|too late|true|cool)|it (?:is|was|seems|looks like|would be|has been)"
    r"|(?:forget|got|make|do|about|want|call|get|stop|that's|thats) it|it'?s (?:me|ok|okay|fine|been))\b"
)


def find_pointer(text: str) -> Pointer | None:
    """Whether the message points to the thing just spoken of, or to the other one; None where it does neither."""
    folded = fold(text)
    if _OTHER.search(folded):
        return "other"
    return "it" if _IT.search(_EMPTY_IT.sub(" ", folded)) else None
