"""The records that a shop file may hold: every field of `docs/records.md`, and no other.

`RECORDS` has the class of each type, in the order in which they may refer to each other; `REFERENCES` says which field
points to which type.
"""

from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from storage.estimates import Decision, EstimateStatus
from storage.importing.fields import (
    Day,
    Email,
    Emptyable,
    Label,
    LongText,
    Miles,
    Minutes,
    Moment,
    Money,
    Phone,
    Photo,
    Quantity,
    Text,
    Url,
    Year,
)
from storage.inspections import Result
from storage.invoices import InvoiceStatus, LineKind
from storage.payments import PaymentMethod
from storage.shops import Language
from storage.staff import Role
from storage.visit import VisitStatus
from storage.work_orders import WorkOrderStatus

RecordType = Literal[
    "shop",
    "staff",
    "client",
    "vehicle",
    "invoice",
    "estimate",
    "work_order",
    "inspection",
    "service_record",
    "reminder",
    "visit",
    "payment",
]
TYPES: tuple[RecordType, ...] = get_args(RecordType)

MANY = 500  # lines, items and the like of one record


class Part(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(Part):
    """What every record has: the shop's own id for it."""

    kind: ClassVar[RecordType]
    external_id: Label


class StaffRecord(Record):
    """One who works for the shop."""

    kind: ClassVar[RecordType] = "staff"
    email: Email
    name: Text
    role: Role


class AddressPart(Part):
    """A client's address."""

    street: Annotated[Text | None, Emptyable] = None
    city: Annotated[Text | None, Emptyable] = None
    region: Annotated[Text | None, Emptyable] = None
    postal_code: Annotated[Label | None, Emptyable] = None
    country: Annotated[Text | None, Emptyable] = None


class SectionsPart(Part):
    """Which sections show."""

    invoices: bool | None = None
    estimates: bool | None = None
    payments: bool | None = None
    vehicles: bool | None = None
    inspections: bool | None = None
    work_orders: bool | None = None
    visits: bool | None = None


class PortalPart(Part):
    """A client's access."""

    enabled: bool
    sections: SectionsPart | None = None


class ConsentPart(Part):
    """What a client agreed to hear about."""

    service: bool = False
    reminders: bool = False
    marketing: bool = False


class ClientRecord(Record):
    """A client."""

    kind: ClassVar[RecordType] = "client"
    name: Text
    phones: list[Phone] = Field(default=[], max_length=20)
    email: Annotated[Email | None, Emptyable] = None
    address: AddressPart | None = None
    language: Annotated[Language | None, Emptyable] = None
    portal: PortalPart | None = None
    consent: ConsentPart | None = None
    note: Annotated[LongText | None, Emptyable] = None


class VehicleRecord(Record):
    """A client's vehicle."""

    kind: ClassVar[RecordType] = "vehicle"
    client: Label
    year: Year
    make: Text
    model: Text
    trim: Annotated[Text | None, Emptyable] = None
    plate: Annotated[Label | None, Emptyable] = None
    vin: Annotated[Text | None, Emptyable] = None
    color: Annotated[Text | None, Emptyable] = None
    mileage: Annotated[Miles | None, Emptyable] = None
    mileage_on: Annotated[Day | None, Emptyable] = None
    miles_per_year: Annotated[Miles | None, Emptyable] = None


class InvoiceLinePart(Part):
    """A line of an invoice."""

    description: LongText
    kind: LineKind
    service: Annotated[Text | None, Emptyable] = None
    quantity: Annotated[Quantity | None, Emptyable] = None
    unit_price: Annotated[Money | None, Emptyable] = None
    amount: Money


class InvoiceRecord(Record):
    """An invoice."""

    kind: ClassVar[RecordType] = "invoice"
    number: Label
    client: Label
    vehicle: Annotated[Label | None, Emptyable] = None
    issued_on: Day
    due_on: Annotated[Day | None, Emptyable] = None
    lines: list[InvoiceLinePart] = Field(max_length=MANY)
    total: Money
    status: Annotated[InvoiceStatus | None, Emptyable] = None
    pay_url: Annotated[Url | None, Emptyable] = None


class PaymentRecord(Record):
    """A payment, or a refund where it is negative."""

    kind: ClassVar[RecordType] = "payment"
    client: Label
    invoice: Annotated[Label | None, Emptyable] = None
    paid_on: Day
    amount: Money
    method: PaymentMethod
    reference: Annotated[Label | None, Emptyable] = None


class EstimateLinePart(Part):
    """A line of an estimate."""

    id: Label
    description: LongText
    kind: LineKind
    amount: Money
    decision: Annotated[Decision | None, Emptyable] = None


class EstimateRecord(Record):
    """An estimate."""

    kind: ClassVar[RecordType] = "estimate"
    number: Label
    client: Label
    vehicle: Annotated[Label | None, Emptyable] = None
    issued_on: Day
    valid_until: Annotated[Day | None, Emptyable] = None
    lines: list[EstimateLinePart] = Field(max_length=MANY)
    total: Money
    status: EstimateStatus


class StatusPart(Part):
    """When a work order came to a status."""

    status: WorkOrderStatus
    at: Moment
    note: Annotated[LongText | None, Emptyable] = None


class WorkOrderRecord(Record):
    """A work order."""

    kind: ClassVar[RecordType] = "work_order"
    number: Label
    client: Label
    vehicle: Label
    status: WorkOrderStatus
    promised_at: Annotated[Moment | None, Emptyable] = None
    note: Annotated[LongText | None, Emptyable] = None
    history: list[StatusPart] | None = Field(default=None, max_length=MANY)


class ItemPart(Part):
    """One thing that was looked at."""

    name: Text
    result: Result
    note: Annotated[LongText | None, Emptyable] = None
    photos: list[Photo] | None = Field(default=None, max_length=50)


class InspectionRecord(Record):
    """An inspection."""

    kind: ClassVar[RecordType] = "inspection"
    client: Label
    vehicle: Label
    inspected_on: Day
    status: Literal["in_progress", "done"]
    items: list[ItemPart] = Field(max_length=MANY)


class ServiceRecordRecord(Record):
    """A service that was done."""

    kind: ClassVar[RecordType] = "service_record"
    client: Label
    vehicle: Label
    service: Text
    done_on: Day
    mileage: Annotated[Miles | None, Emptyable] = None
    note: Annotated[LongText | None, Emptyable] = None


class ReminderRecord(Record):
    """A service that falls due."""

    kind: ClassVar[RecordType] = "reminder"
    client: Label
    vehicle: Label
    service: Text
    due_on: Annotated[Day | None, Emptyable] = None
    due_mileage: Annotated[Miles | None, Emptyable] = None
    status: Literal["due", "done", "dismissed"]


class VisitRecord(Record):
    """An appointment. `updated_at` says who wrote last; `pitline_id` claims a visit that was booked here."""

    kind: ClassVar[RecordType] = "visit"
    client: Label
    vehicle: Annotated[Label | None, Emptyable] = None
    services: list[Text] = Field(max_length=50)
    starts_at: Moment
    minutes: Annotated[Minutes | None, Emptyable] = None
    status: VisitStatus
    note: Annotated[LongText | None, Emptyable] = None
    updated_at: Annotated[Moment | None, Emptyable] = None
    pitline_id: Annotated[Text | None, Emptyable] = None


REFERENCES: dict[str, RecordType] = {"client": "client", "vehicle": "vehicle", "invoice": "invoice"}

RECORDS: dict[RecordType, type[Record]] = {
    record.kind: record
    for record in (
        StaffRecord,
        ClientRecord,
        VehicleRecord,
        InvoiceRecord,
        EstimateRecord,
        WorkOrderRecord,
        InspectionRecord,
        ServiceRecordRecord,
        ReminderRecord,
        VisitRecord,
        PaymentRecord,
    )
}
