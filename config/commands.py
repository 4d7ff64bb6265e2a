"""The command line of `server.py`: its commands and their options."""

import argparse
from pathlib import Path


def parse_command(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="server.py", description="Pitline: chat-first service for auto-repair shops")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="load the demo shop, serve it, print what to open")
    serving = commands.add_parser("serve", help="serve")
    serving.add_argument("--no-worker", action="store_true", help="deliver and sweep in `worker` processes only")
    commands.add_parser("worker", help="deliver what is due and answer what was left, without serving pages")
    commands.add_parser("actions", help="serve the intents to a Rasa server by its action-server protocol")
    exporting = commands.add_parser("export-rasa", help="write the intents as a Rasa project (docs/rasa.md)")
    exporting.add_argument("folder", type=Path, metavar="DIR", help="empty, not there yet, or an earlier export")
    exporting.add_argument("--shop", help="slug of a shop, to have what its staff taught the bot in it too")
    signing = commands.add_parser("rasa-sender", help="make a signed sender id for the `actions` process")
    signing.add_argument("--shop", required=True, help="slug of the shop")
    signing.add_argument("--client", help="our id or the shop's own of a client you are sure of; else a visitor")
    signing.add_argument("--minutes", type=int, default=60, help="how long it is good for, at most 1440")
    commands.add_parser("demo", help="load the demo shop")
    importing = commands.add_parser("import", help="take in the shop's records (docs/operating.md)")
    importing.add_argument("files", nargs="+", type=Path, metavar="FILE")
    importing.add_argument("--shop", help="slug of the shop, for files without a shop line")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    importing.add_argument("--all-or-nothing", action="store_true", help="take nothing if any line is refused")
    texting = commands.add_parser("sms", help="text the shop, as a phone would, and print the replies")
    texting.add_argument("--shop", help="slug of the shop; needed when there are several")
    texting.add_argument("--from", dest="number", required=True, metavar="NUMBER")
    texting.add_argument("text")
    understanding = commands.add_parser("understand", help="say what messages mean, a JSON line for each")
    understanding.add_argument("text", nargs="?", help="one message; without it JSON lines from standard input")
    understanding.add_argument("--shop", help="slug of the shop that is written to; without it the demo shop")
    understanding.add_argument("--now", help="the moment it is, as 2026-03-11T10:30; without it the real one")
    understanding.add_argument("--tz", help="the zone of that moment; without it the shop's")
    staff = commands.add_parser("staff", help="give somebody a sign-in to the inbox, or a new password")
    staff.add_argument("--shop", required=True)
    staff.add_argument("--email", required=True)
    staff.add_argument("--name", required=True)
    staff.add_argument("--role", choices=("owner", "advisor", "technician"), default="advisor")
    return parser.parse_args(arguments)
