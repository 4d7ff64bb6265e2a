"""The chat inside the portal: the same frame that shops put on their own sites."""

from aiohttp import web

from portal_views.access import ShopRequest


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the page with the chat's frame."""
    return asked.page("chat.html", current="chat")
