"""A client's portal as the client sees it, for staff: the same handlers and templates at other addresses, read-only.

Only what is shown has an address here, so nothing can be sent. Forms that would send something, and links that lead out
of the preview, are shown and dead. Nothing is written down as the client's doing: there is no session of theirs, and a
page that would mark or mint something asks `asked.preview` first. That staff looked is in the activity log.
"""

import re
from dataclasses import replace

from aiohttp import web

from config.clock import utc_now
from portal_views.access import Preview, ShopHandler, ShopRequest, WebHandler
from portal_views.context import PortalContext
from portal_views.staff_access import StaffRequest, staff_page
from portal_views.staff_clients import CLIENTS, client_of
from portal_views.texts import LANGUAGES, texts_for
from storage.clients import Client
from storage.proof import Identity, Proof
from storage.shops import Section

_SENDING_FORM = re.compile(r"<form\b(?=[^>]*\bmethod=\"post\")", re.IGNORECASE)
_LINK = re.compile(r"<a\b([^>]*?)\s+href=\"([^\"]*)\"([^>]*)>", re.IGNORECASE)
_ONLY_WITH_HREF = re.compile(r"\s(?:rel|download|target|hreflang)(?:=\"[^\"]*\")?", re.IGNORECASE)


def portal_page_url(client_id: str) -> str:
    """The page *Client portal* of a client's file."""
    return f"{CLIENTS}/{client_id}/portal"


def preview_page(context: PortalContext, show: ShopHandler, section: Section | None) -> WebHandler:
    """A page of the portal as this client sees it. What is switched off is not there, as for them."""

    async def handle(asked: StaffRequest) -> web.StreamResponse:
        client = await client_of(asked)
        unseen = await asked.context.store.notifications.count_unseen(asked.shop.slug, client.id)
        seen = _as_client(asked, client, unseen)
        if section is not None and not seen.sections[section]:
            raise web.HTTPNotFound
        await _note(asked, client)
        response = await show(seen)
        if isinstance(response, web.Response) and response.content_type == "text/html":
            response.text = read_only(response.text or "", seen.home)
        return response

    return staff_page(context, handle, "client_portal")


def read_only(page: str, home: str) -> str:
    """The page with every form that sends something, and every link out of the preview, dead but to be seen."""

    def dead(found: re.Match[str]) -> str:
        stays = found[2].startswith((home, "#", "?")) or "data-preview" in found[1]
        if stays:
            return found[0]
        attributes = _ONLY_WITH_HREF.sub("", found[1] + found[3])
        return f'<a role="link" aria-disabled="true"{attributes}>'

    return _LINK.sub(dead, _SENDING_FORM.sub("<form inert", page))


def _as_client(asked: StaffRequest, client: Client, unseen: int) -> ShopRequest:
    """The request as the client would make it; access that is off is taken as on, and the bar says so."""
    t = texts_for(asked.language)
    said = [t("preview.said", name=client.name)]
    if not client.portal.enabled:
        said.append(t("preview.off"))
        client = replace(client, portal=replace(client.portal, enabled=True))
    back = portal_page_url(client.id)
    wanted = asked.request.query.get("as")
    return ShopRequest(
        context=asked.context,
        request=asked.request,
        shop=asked.shop,
        identity=Identity(proof=Proof.FULL, client_id=client.id),
        client=client,
        language=next((one for one in LANGUAGES if one == wanted), client.language or asked.shop.language),
        now=asked.context.clock.now(),
        unseen=unseen,
        preview=Preview(
            home=f"{back}/preview/",
            back=back,
            said=tuple(said),
            back_said=t("preview.back"),
            language=asked.language,
        ),
    )


async def _note(asked: StaffRequest, client: Client) -> None:
    """That they looked, once an hour: not every page of the same look."""
    await asked.note(
        "access.previewed",
        client.name,
        ref=f"preview:{asked.session.id}:{client.id}:{utc_now():%Y-%m-%dT%H}",
    )
