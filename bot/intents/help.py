"""What the bot can do, and that it is the shop's assistant, not a person."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply


class Help(Intent):
    """What can be asked."""

    async def answer(self, context: Context) -> Reply:
        """The commonest wishes as choices."""
        return Reply(
            text=context.say("answer", shop=context.shop.name),
            choices=(
                context.choice("balance", "/ask_balance"),
                context.choice("status", "/work_order_status"),
                context.choice("book", "/book_appointment"),
                context.choice("person", "/talk_to_human"),
            ),
        )
