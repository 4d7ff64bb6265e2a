"""Invoices and estimates as PDF: what they say, in every script, over many pages; and who may open them."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from storage.clients import Portal
from storage.invoices import InvoiceLine
from storage.proof import LinkScope
from storage.shop_logos import logo_of
from tests.portal_cast import DANA, ESTIMATE, GARLAND, INVOICES
from tests.sample_files import photo

PORTAL = "/s/garland/portal"
INVOICE, ESTIMATE_PDF = f"{PORTAL}/invoices/inv1038.pdf", f"{PORTAL}/estimates/est1.pdf"
ESTIMATE_AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


async def paper(browser, path: str) -> PdfReader:
    response = await browser.get(path)
    assert (response.status, response.content_type) == (200, "application/pdf")
    assert response.headers["Cache-Control"] == "no-store"
    return PdfReader(io.BytesIO(await response.read()))


def words(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def root(pdf: PdfReader) -> Any:
    return pdf.trailer["/Root"]


async def put_lines(store, *descriptions: str) -> None:
    lines = tuple(InvoiceLine(description=text, kind="part", amount=100) for text in descriptions)
    await store.invoices.put(replace(INVOICES[0], lines=lines, total=100 * len(lines)))


async def test_an_invoice_says_on_paper_what_its_page_says(sign_in) -> None:
    pdf = await paper(await sign_in("dana"), INVOICE)
    text = words(pdf)
    for said in (
        *("Garland Auto Care", "412 Garland Ave", "(512) 555-0100", "Invoice 1038", "Overdue", "Dana Whitfield"),
        *("2019 Honda Civic", "KLM 4821", "Oct 20, 2026", "Due by Nov 3, 2026", "Front brake pads", "$114.90", "1.8"),
        *("Total $342.20", "Paid $100.00", "To pay $242.20", "Parts $114.90", "ref. 4471", "Page 1 of 1"),
    ):
        assert said in text, said
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Invoice 1038 · Garland Auto Care"
    assert root(pdf)["/Lang"] == "en"
    assert root(pdf)["/ViewerPreferences"]["/DisplayDocTitle"]


async def test_a_shops_logo_and_colour_are_on_its_papers(store, sign_in) -> None:
    browser = await sign_in("dana")
    plain = await paper(browser, INVOICE)
    assert list(plain.pages[0].images) == []
    logo = logo_of("garland", photo(400, 100, form="PNG"))
    await store.logos.put(logo)
    await store.shops.put(replace(GARLAND, accent="#7a1fa2", logo=logo.said))
    worn = await paper(browser, INVOICE)
    assert [one.image.size for one in worn.pages[0].images if one.image] == [(400, 100)]
    stripe = b"0.4784 0.1216 0.6353 rg"
    contents = [pdf.pages[0].get_contents() for pdf in (plain, worn)]
    assert [stripe in one.get_data() for one in contents if one is not None] == [False, True]
    assert "Garland Auto Care" in words(worn)


async def test_what_is_left_to_pay_leads_to_the_shops_pay_page(store, sign_in) -> None:
    await store.shops.put(replace(GARLAND, pay_url="https://pay.example/1038?a=1&b=(2)"))
    browser = await sign_in("dana")

    def links(pdf: PdfReader) -> list[str]:
        return [note.get_object()["/A"]["/URI"] for page in pdf.pages for note in page.get("/Annots", [])]

    assert links(await paper(browser, INVOICE)) == ["https://pay.example/1038?a=1&b=(2)"]
    assert links(await paper(browser, f"{PORTAL}/invoices/inv1012.pdf")) == []  # paid


async def test_an_estimate_says_on_paper_how_each_line_was_decided(store, sign_in) -> None:
    await store.estimates.decide("garland", ESTIMATE.id, {ESTIMATE.lines[0].id: "approved"}, ESTIMATE_AT)
    text = words(await paper(await sign_in("dana"), ESTIMATE_PDF))
    for said in ("Estimate E-501", "Front brake pads Part Approved $180.00", "Good until", "Total $454.65"):
        assert said in text, said


async def test_a_paper_is_in_the_readers_language(sign_in) -> None:
    pdf = await paper(await sign_in("dana"), f"{INVOICE}?lang=es")
    assert "Mano de obra" in words(pdf)
    assert "Página 1 de 1" in words(pdf)
    assert root(pdf)["/Lang"] == "es"


async def test_payments_that_are_switched_off_are_on_no_paper(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"payments": False}))
    text = words(await paper(await sign_in("dana"), INVOICE))
    assert "4471" not in text
    assert "Paid" not in text


async def test_the_same_invoice_is_the_same_file(sign_in) -> None:
    browser = await sign_in("dana")
    first, second = [await (await browser.get(INVOICE)).read() for _ in range(2)]
    assert first == second


async def test_every_script_is_written_and_a_box_stands_for_what_no_font_has(store, sign_in) -> None:
    await store.clients.put(replace(DANA, name="张伟 Nguyễn Đức"))
    await put_lines(store, "замена масла", "오일 교환", "オイル", "เปลี่ยน", "तेल", "Ölwechsel Ωmega \u202eabc 🚗\ufe0f.")
    text = words(await paper(await sign_in("dana"), INVOICE))
    for said in ("张伟", "Nguyễn Đức", "замена масла", "오일 교환", "オイル", "เปลี่ยน", "Ölwechsel Ωmega abc □."):
        assert said in text, said


async def test_arabic_and_hebrew_are_written(store, sign_in) -> None:
    await put_lines(store, "تغيير الزيت", "החלפת שמן")
    assert set("تغييرالزيتהחלפתשמן") <= set(words(await paper(await sign_in("dana"), INVOICE)))


async def test_what_looks_like_a_command_is_a_text_like_any_other(store, sign_in) -> None:
    odd = ("{nb} **bold** <b>&amp;</b>", "(\\) %PDF __under__ [a](b)")
    await put_lines(store, *odd)
    text = words(await paper(await sign_in("dana"), INVOICE))
    assert [said for said in odd if said not in text] == []


async def test_a_thousand_lines_go_over_pages_with_a_head_on_each(store, sign_in) -> None:
    await put_lines(store, *(f"Line {number}." for number in range(1000)), "word " * 2000, "x" * 9000)
    pdf = await paper(await sign_in("dana"), INVOICE)
    texts = [" ".join(page.extract_text().split()) for page in pdf.pages]
    together = " ".join(texts)
    assert all(f"Line {number}." in together for number in range(1000))
    assert together.count("word") == 2000
    assert together.count("x") >= 9000
    assert [f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1)] == [True] * len(texts)
    assert all("Description" in text for text in texts[:-1])


async def test_an_invoice_with_nothing_on_it_is_a_paper_too(store, sign_in) -> None:
    bare = replace(INVOICES[0], lines=(), vehicle_id=None, due_on=None, total=0)
    await store.invoices.put(bare)
    assert "This invoice has no lines of its own." in words(await paper(await sign_in("dana"), INVOICE))


@pytest.mark.parametrize(
    "path",
    [
        "invoices/inv2001.pdf",
        "invoices/nothing.pdf",
        "invoices/inv1038.pdf.pdf",
        "estimates/est3.pdf",
        "estimates/.pdf",
    ],
)
async def test_a_paper_of_somebody_elses_or_of_nothing_is_not_there(sign_in, path) -> None:
    browser = await sign_in("dana")
    assert (await browser.get(f"{PORTAL}/{path}")).status == 404


@pytest.mark.parametrize("path", [INVOICE, ESTIMATE_PDF])
async def test_a_stranger_and_a_link_for_something_else_come_to_the_login(store, visitor, path) -> None:
    assert (await visitor.get(path, allow_redirects=False)).status == 303
    token = await store.links.mint("garland", "dana", LinkScope(page="invoice", record_id="inv1044"), "reply")
    await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert (await visitor.get(path, allow_redirects=False)).status == 303


async def test_a_link_for_the_invoice_opens_its_paper_too(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="invoice", record_id="inv1038"), "reply")
    await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert "Invoice 1038" in words(await paper(visitor, INVOICE))


async def test_papers_go_with_their_section(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"invoices": False, "estimates": False}))
    browser = await sign_in("dana")
    assert [(await browser.get(path)).status for path in (INVOICE, ESTIMATE_PDF)] == [404, 404]
