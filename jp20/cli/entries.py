"""What there is below `jp20`: each group and command by name, where it is, and what its help begins
with, in the order in which `jp20 --help` lists them.
"""

from dataclasses import dataclass
from typing import Final

from jp20.cli.frame.language import help_text


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of commands, or a command. `module` is one of `jp20.cli.commands`; its `app` is the
    group, or, for a command, holds one of that name.
    """

    name: str
    module: str
    help: str
    is_command: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Entries that belong together, under a title."""

    title: str
    entries: tuple[Entry, ...]


PANELS: Final = (
    Panel(
        help_text("Setting up"),
        (
            Entry(
                "init",
                "init",
                help_text("Make a working folder with settings and examples."),
                is_command=True,
            ),
            Entry("keys", "keys", help_text("Your organisation's keys.")),
            Entry("network", "network", help_text("The nodes and their chain.")),
            Entry("platform", "platform", help_text("The platform's contracts.")),
            Entry(
                "organisation",
                "organisation",
                help_text("Who is in the consortium: organisations, roles, keys."),
            ),
            Entry("governance", "governance", help_text("Who may do what, and changing it.")),
        ),
    ),
    Panel(
        help_text("Tokens and investors"),
        (
            Entry("whitelist", "whitelist", help_text("Who may hold.")),
            Entry(
                "investors",
                "investors",
                help_text("Who is registered, whose registration lapses, who is suspended."),
            ),
            Entry("token", "token", help_text("Issue tokens, and what becomes of them.")),
            Entry("distribute", "distribute", help_text("Deliver units to investors.")),
            Entry("register", "register", help_text("Who holds what, at any time.")),
            Entry(
                "verify",
                "verify",
                help_text("Check an export of the register against a node."),
                is_command=True,
            ),
            Entry("index", "index", help_text("The register in a database, as of any block.")),
        ),
    ),
    Panel(
        help_text("Holders and transfers"),
        (
            Entry(
                "transfer",
                "transfer",
                help_text("Transfer units, with the holder's key."),
                is_command=True,
            ),
            Entry(
                "preview",
                "transfer",
                help_text("Would this transfer go through, and if not, why?"),
                is_command=True,
            ),
            Entry(
                "consent",
                "consent",
                help_text("Transfers that wait for the registrar's or the issuer's consent."),
            ),
            Entry("settle", "settle", help_text("Delivery versus payment.")),
            Entry(
                "record-transfer",
                "transfer",
                help_text("Record a transfer that was made elsewhere."),
                is_command=True,
            ),
            Entry(
                "position",
                "position",
                help_text("Show what a holder has, and what keeps it."),
                is_command=True,
            ),
        ),
    ),
    Panel(
        help_text("Restraints"),
        (
            Entry("lock", "lock", help_text("Lock-ups: units kept until a time.")),
            Entry("freeze", "freeze", help_text("Freezes, at once or by decision.")),
            Entry("pledge", "pledges", help_text("Pledges."), is_command=True),
            Entry("attach", "pledges", help_text("Attachments."), is_command=True),
        ),
    ),
    Panel(
        help_text("Enforcement and emergency"),
        (
            Entry(
                "force-transfer",
                "enforce",
                help_text("Move units without the holder's consent."),
                is_command=True,
            ),
            Entry(
                "reverse",
                "reverse",
                help_text("Reverse an earlier transfer, as far as the units are still there."),
                is_command=True,
            ),
            Entry(
                "recover",
                "enforce",
                help_text("A lost key: move everything to a new wallet."),
                is_command=True,
            ),
            Entry(
                "redistribute",
                "redistribute",
                help_text("Restore what was lost by a system error."),
            ),
            Entry("halt", "emergency", help_text("STOP every token, at once."), is_command=True),
            Entry("resume", "emergency", help_text("Resume after a halt."), is_command=True),
        ),
    ),
    Panel(
        help_text("Deciding together"),
        (
            Entry(
                "requests",
                "requests",
                help_text("What waits for signatures: see, approve, execute."),
            ),
            Entry(
                "acts",
                "acts",
                help_text("What was done, by whom, under which case."),
                is_command=True,
            ),
        ),
    ),
    Panel(
        help_text("Other systems"),
        (
            Entry(
                "serve",
                "serve",
                help_text("Serve the register over HTTP to the systems of members."),
                is_command=True,
            ),
            Entry(
                "api",
                "api",
                help_text("Ask another organisation's server, and the key that signs its feed."),
            ),
        ),
    ),
    Panel(
        help_text("Personal data"),
        (
            Entry(
                "vault",
                "vault",
                help_text("What is known of persons: encrypted, corrected, disclosed, erased."),
            ),
            Entry("views", "views", help_text("Who sees what, by role."), is_command=True),
            Entry("log", "log", help_text("Who saw or did what with whose data.")),
        ),
    ),
    Panel(
        help_text("Sending", context="panel"),
        (
            Entry(
                "status",
                "sending",
                help_text("Show what is under way, and how the tokens stand."),
                is_command=True,
            ),
            Entry(
                "resume-sending",
                "sending",
                help_text("Resume sending after a crash."),
                is_command=True,
            ),
            Entry("tx", "tx", help_text("Signing on a machine without a network.")),
            Entry(
                "completion",
                "completion",
                help_text("Let the shell complete commands and options."),
                is_command=True,
            ),
            Entry("version", "version", help_text("Show which version this is."), is_command=True),
        ),
    ),
)

ENTRIES: Final = {entry.name: entry for panel in PANELS for entry in panel.entries}
