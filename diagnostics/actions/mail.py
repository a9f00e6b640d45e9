"""The outbox: messages wait here and are sent when a mail server is set; without one, an administrator reads them."""

import smtplib
import ssl
from email.message import EmailMessage

import structlog
from sqlalchemy import select

from diagnostics.db import Database
from diagnostics.models import OutboxMessage, now
from diagnostics.settings import Settings

MOST_ATTEMPTS = 8
AT_ONCE = 20
SMTP_SECONDS = 20

log = structlog.get_logger()


def send_waiting(database: Database, settings: Settings) -> int:
    """Sends the messages that wait, oldest first, and gives how many left. Does nothing without a mail server."""
    if not settings.mail_server:
        return 0
    with database.read() as session:
        waiting = list(
            session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.sent_at.is_(None), OutboxMessage.attempts < MOST_ATTEMPTS)
                .order_by(OutboxMessage.id)
                .limit(AT_ONCE)
            )
        )
    return sum(_send(database, settings, message) for message in waiting)


def _send(database: Database, settings: Settings, message: OutboxMessage) -> bool:
    error = ""
    try:
        with smtplib.SMTP(settings.mail_server, settings.mail_port, timeout=SMTP_SECONDS) as server:
            if settings.mail_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.mail_username:
                server.login(settings.mail_username, settings.mail_password.get_secret_value())
            server.send_message(_letter(settings, message))
    except (OSError, smtplib.SMTPException) as found:
        error = type(found).__name__
        log.warning("mail_failed", message=message.id, error=error)
    with database.write() as session:
        kept = session.get_one(OutboxMessage, message.id)
        kept.attempts += 1
        kept.error = error
        kept.sent_at = None if error else now()
        if not error:
            # The body holds a link: once sent, nobody has to read it here.
            kept.body = ""
    return not error


def _letter(settings: Settings, message: OutboxMessage) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = settings.mail_sender
    letter["To"] = message.recipient
    letter["Subject"] = message.subject
    letter.set_content(message.body)
    return letter
