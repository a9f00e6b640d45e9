"""The migration that makes threads of remarks keeps every word, there and back."""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import text

from diagnostics import migrations
from diagnostics.db import Database

MOMENT = datetime(2026, 10, 5, 8, tzinfo=UTC)
BEFORE, AFTER = "0001", "0005"


def test_remarks_become_threads_and_come_back(bare_app: Flask) -> None:
    database: Database = bare_app.extensions["database"]
    migrations.upgrade(database, BEFORE)
    moment = MOMENT.isoformat(sep=" ") if not database.is_sqlite else "2026-10-05 08:00:00.000000"
    with database.write() as session:
        for statement in (
            "INSERT INTO campaign (id, name, region, starts_on, target_size, questionnaire_version, is_demo, created_at) VALUES (1, 'C', 'R', '2026-01-01', 5, '2026-1', false, :at)",
            "INSERT INTO structure (id, name, created_at) VALUES (1, 'S', :at)",
            """INSERT INTO "user" (id, email, name, role, structure_id, locale, active, is_demo, totp_last_step, recovery_hashes, failed_attempts, created_at)
               VALUES (1, 'a@b.fr', 'A', 'coordinator', NULL, 'fr', true, false, 0, '[]', 0, :at), (2, 'd@b.fr', 'D', 'diagnostician', 1, 'fr', true, false, 0, '[]', 0, :at)""",
            """INSERT INTO firm (id, campaign_id, siret, name, legal_category, family, naf, sector, idcc, address, postcode, commune_code, commune_name, departement,
               arrondissement, epci, epci_name, zone_emploi, zone_emploi_name, headcount_band, size_class, contact_name, contact_email, contact_phone, selection, corrected, exclusion, created_at)
               VALUES (1, 1, '1', 'F', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 'panel', '[]', '', :at)""",
            """INSERT INTO diagnosis (id, reference, campaign_id, firm_id, diagnostician_id, structure_id, questionnaire_version, state, state_since, state_reason, visit_notes, validation, revision, created_at)
               VALUES (1, 'PACA-0001', 1, 1, 2, 1, '2026-1', 'returned', :at, '', '', '{}', 0, :at)""",
            """INSERT INTO remark (id, diagnosis_id, question, text, author_id, created_at, reply, resolved_at)
               VALUES (4, 1, 'eff_total', 'Combien ?', 1, :at, 'Douze.', :at), (7, 1, 'tresorerie', 'Quel jour ?', 1, :at, '', NULL)""",
        ):
            session.execute(text(statement), {"at": moment})
    migrations.upgrade(database, AFTER)
    with database.read() as session:
        threads = session.execute(text("SELECT id, question, state, shared, opened_by_id FROM thread ORDER BY id")).all()
        said = session.execute(text("SELECT thread_id, author_id, author_role, text FROM thread_message ORDER BY id")).all()
    assert [tuple(row) for row in threads] == [(4, "eff_total", "resolved", False, 1), (7, "tresorerie", "open", False, 1)]
    assert [tuple(row) for row in said] == [
        (4, 1, "coordinator", "Combien ?"), (4, 2, "diagnostician", "Douze."), (7, 1, "coordinator", "Quel jour ?"),
    ]  # fmt: skip
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO thread (diagnosis_id, question, row, shared, state, opened_role, opened_at, firm_read_id)"
                " VALUES (1, 'produits', '', true, 'open', 'firm', :at, 0)"
            ),
            {"at": moment},
        )
    migrations.downgrade(database, BEFORE)
    with database.read() as session:
        back = session.execute(text("SELECT id, question, text, reply, resolved_at IS NOT NULL FROM remark ORDER BY id")).all()
    assert [tuple(row) for row in back] == [
        (4, "eff_total", "Combien ?", "Douze.", True),
        (7, "tresorerie", "Quel jour ?", "", False),
    ]
