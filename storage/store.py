"""All repositories over one database, and the indexes that they need."""

from config.settings import DEVELOPMENT_SECRET
from storage import (
    absences,
    access,
    account_marks,
    account_sheets,
    activity,
    announcements,
    canned_replies,
    change_requests,
    clients,
    consents,
    conversations,
    episodes,
    estimate_decisions,
    estimates,
    files,
    inspections,
    invoices,
    labels,
    looks,
    media_fetches,
    messages,
    news,
    notices,
    notification_settings,
    notifications,
    outbox,
    payments,
    presence,
    push_subscriptions,
    reminders,
    search,
    service_records,
    shops,
    staff,
    unclear,
    unrouted,
    vehicles,
    visits,
    waits,
    work_orders,
)
from storage.absences import Absences
from storage.access import Access
from storage.account_marks import AccountMarks
from storage.account_summaries import AccountSummaries
from storage.accounts import Accounts
from storage.activity import Activity
from storage.announcements import Announcements
from storage.canned_replies import CannedReplies
from storage.change_requests import ChangeRequests
from storage.chats import Chats
from storage.clients import Clients
from storage.consents import Consents
from storage.conversations import Conversations
from storage.deployment import Deployment
from storage.episodes import Episodes
from storage.estimate_decisions import EstimateDecisions
from storage.estimates import Estimates
from storage.file_links import FileLinks
from storage.files import Files
from storage.found import Search
from storage.hashing import Hasher
from storage.inspections import Inspections
from storage.invoices import Invoices
from storage.labels import Labels
from storage.looks import Looks
from storage.media_fetches import MediaFetches
from storage.messages import Messages
from storage.mongo import Database, make_indexes
from storage.news import NewsDesk
from storage.notices import Notices
from storage.notification_settings import NotificationSettingsBook
from storage.notifications import Notifications
from storage.openings import Openings
from storage.outbox import Outbox
from storage.payments import Payments
from storage.presence import Presences
from storage.push_subscriptions import PushSubscriptions
from storage.reminders import Reminders
from storage.search import SearchIndex
from storage.second_factor import SecondFactors
from storage.service_records import ServiceRecords
from storage.shop_logos import ShopLogos
from storage.shop_settings import ShopSettingsStore
from storage.shops import Shops
from storage.staff import Staffs
from storage.unclear import UnclearMessages
from storage.unrouted import UnroutedTexts
from storage.vehicles import Vehicles
from storage.visits import Visits
from storage.waits import Waits
from storage.work_orders import WorkOrders

_INDEXES = {
    Shops.name: shops.INDEXES,
    Staffs.name: staff.INDEXES,
    Clients.name: clients.INDEXES,
    Vehicles.name: vehicles.INDEXES,
    Invoices.name: invoices.INDEXES,
    Payments.name: payments.INDEXES,
    Estimates.name: estimates.INDEXES,
    EstimateDecisions.name: estimate_decisions.INDEXES,
    WorkOrders.name: work_orders.INDEXES,
    Inspections.name: inspections.INDEXES,
    ServiceRecords.name: service_records.INDEXES,
    Reminders.name: reminders.INDEXES,
    Consents.name: consents.INDEXES,
    Conversations.name: conversations.INDEXES,
    Messages.name: messages.INDEXES,
    Files.name: files.INDEXES,
    MediaFetches.name: media_fetches.INDEXES,
    Visits.name: visits.INDEXES,
    Waits.name: waits.INDEXES,
    Absences.name: absences.INDEXES,
    Outbox.name: outbox.INDEXES,
    UnroutedTexts.name: unrouted.INDEXES,
    UnclearMessages.name: unclear.INDEXES,
    ChangeRequests.name: change_requests.INDEXES,
    Activity.name: activity.INDEXES,
    Episodes.name: episodes.INDEXES,
    CannedReplies.name: canned_replies.INDEXES,
    Labels.name: labels.INDEXES,
    Looks.name: looks.INDEXES,
    Presences.name: presence.INDEXES,
    PushSubscriptions.name: push_subscriptions.INDEXES,
    NotificationSettingsBook.name: notification_settings.INDEXES,
    Notices.name: notices.INDEXES,
    Notifications.name: notifications.INDEXES,
    Announcements.name: announcements.INDEXES,
    NewsDesk.name: news.INDEXES,
    Outbox.early_name: outbox.EARLY_INDEXES,
    account_sheets.SHEETS: account_sheets.INDEXES,
    **account_marks.INDEXES,
    **search.INDEXES,
    **access.INDEXES,
}


class Storage:
    """Everything that is stored, one attribute per repository. `secret_key` keys the digests of what is secret."""

    def __init__(self, database: Database, secret_key: str = DEVELOPMENT_SECRET) -> None:  # a line each
        self.database = database
        self.shops = Shops(database)
        self.staff = Staffs(database)
        self.clients = Clients(database)
        self.vehicles = Vehicles(database)
        self.invoices = Invoices(database)
        self.payments = Payments(database)
        self.estimates = Estimates(database)
        self.estimate_decisions = EstimateDecisions(database)
        self.work_orders = WorkOrders(database)
        self.inspections = Inspections(database)
        self.service_records = ServiceRecords(database)
        self.reminders = Reminders(database)
        self.consents = Consents(database)
        self.conversations = Conversations(database)
        self.chats = Chats(database)
        self.messages = Messages(database)
        self.episodes = Episodes(database)
        self.files = Files(database)
        self.media_fetches = MediaFetches(database)
        self.file_links = FileLinks(Hasher(secret_key))
        self.visits = Visits(database)
        self.waits = Waits(database)
        self.absences = Absences(database)
        self.openings = Openings(self.visits)
        self.outbox = Outbox(database)
        self.unrouted = UnroutedTexts(database)
        self.unclear = UnclearMessages(database)
        self.change_requests = ChangeRequests(database)
        self._open_inbox(database)
        self.search_index = SearchIndex(database)
        self.search = Search(self.search_index, self.conversations, self.messages)
        self._open_access(database, secret_key)
        self.accounts = Accounts(self.invoices, self.payments)
        self.account_marks = AccountMarks(database)
        self.account_summaries = AccountSummaries(database, self.invoices, self.payments)

    def _open_access(self, database: Database, secret_key: str) -> None:
        """How clients and staff come in, and what a shop asks for then."""
        self.access = Access(database, secret_key)
        self.keys = self.access.keys
        self.codes = self.access.codes
        self.links = self.access.links
        self.sessions = self.access.sessions
        self.visitors = self.access.visitors
        self.attempts = self.access.attempts
        self.staff_links = self.access.staff_links
        self.devices = self.access.devices
        self.api_tokens = self.access.api_tokens
        self.second_factors = SecondFactors(database, secret_key)
        self.settings = ShopSettingsStore(database)
        self.logos = ShopLogos(database)

    def _open_inbox(self, database: Database) -> None:
        """What staff work with among themselves."""
        self.activity = Activity(database)
        self.canned_replies = CannedReplies(database)
        self.labels = Labels(database)
        self.looks = Looks(database)
        self.presence = Presences(database)
        self.deployment = Deployment(database)
        self.push_subscriptions = PushSubscriptions(database)
        self.notification_settings = NotificationSettingsBook(database)
        self.notices = Notices(database)
        self.notifications = Notifications(database)
        self.announcements = Announcements(database)
        self.news = NewsDesk(database)

    async def make_records_findable(self, shop: str) -> None:
        """Let staff find clients by all records that the shop has, as they are now."""
        for records in (self.clients, self.vehicles, self.invoices, self.estimates, self.work_orders):
            await records.make_all_findable(shop)

    async def prepare(self) -> None:
        """Make every index; those that are there already cost nothing."""
        await self.work_orders.note_when_over()
        await make_indexes(self.database, _INDEXES)
