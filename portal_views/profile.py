"""What the shop holds on the client: name, numbers, addresses, language. Seen here, changed by asking in the chat."""

from aiohttp import web

from portal_views.access import ShopRequest


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the profile. The shop's own note on the client is not in it."""
    return asked.page("profile.html", current="profile")
