"""What to open for a first look at the demo shop, and the way in to each."""

from storage.demo.load import DemoSummary
from storage.proof import LinkScope
from storage.store import Storage

_PASSWORD = "pitline-demo"  # noqa: S105  # of a made-up person in a made-up shop, never in production


async def compose_welcome(store: Storage, demo: DemoSummary, url: str) -> str:
    """The lines to print when the server is open at `url`. Sets the owner's password and makes a link and a key."""
    slug, shown = demo.shop.slug, demo.clients[0]
    link = await store.links.mint(slug, shown.client.id, LinkScope(page="dashboard"), purpose="demo")
    key = await store.keys.issue(slug, shown.client.id)
    lines = [
        ("The shop's page", f"{url}/s/{slug}/"),
        ("A client's portal", f"{url}/s/{slug}/k/{link}  ({shown.client.name}: {shown.shows})"),
        ("  the whole of it", f"{url}/s/{slug}/login  with the login key {key}"),
        ("A phone", f"{url}/simulator"),
        ("Text the shop", f"curl -d from={shown.phone} -d text='what do I owe?' {url}/simulator/text"),
    ]
    if demo.owner is not None:
        await store.staff.set_password(slug, demo.owner.id, _PASSWORD)
        sign_in = f"{url}/staff/  sign in as {demo.owner.email} with {_PASSWORD}"
        lines.insert(3, ("The staff inbox", sign_in))
    shown_lines = [f"  {name:<20}{where}" for name, where in lines]
    return "\n".join(["", f"{demo.shop.name} is open. Ctrl-C stops everything.", "", *shown_lines, ""])
