"""Every page of staff's, beside the inbox, is valid HTML."""

from pathlib import Path

from tests.e2e.portal.walking import walked
from tests.e2e.staff.conftest import Desk
from tests.valid_html import html_faults


async def test_every_page_of_staff_is_valid(desks: dict[str, Desk], tmp_path: Path) -> None:
    pages = await walked(desks["olga"].client, "/staff/settings", "/staff/", elsewhere=["/staff/"])
    assert len(pages) > 15
    faults = await html_faults(pages, tmp_path)
    assert not faults, "\n".join(faults)
