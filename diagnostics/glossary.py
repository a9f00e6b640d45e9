"""The journal's verbs, the kinds of jobs and the settings in plain words, for the administrator's pages."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SUBJECTS: dict[str, LazyString] = {
    "user": _l("Compte"),
    "structure": _l("Structure"),
    "campaign": _l("Campagne"),
    "diagnosis": _l("Dossier"),
    "firm": _l("Entreprise"),
    "frame_import": _l("Fichier importé"),
    "correspondence": _l("Table de correspondance"),
    "report": _l("Rapport"),
    "edition": _l("Édition des synthèses"),
    "questionnaire_version": _l("Version du questionnaire"),
    "job": _l("Tâche"),
    "message": _l("Message"),
}

JOB_KINDS: dict[str, LazyString] = {
    "report": _l("Rapport d’une entreprise"),
    "reports": _l("Rapports de plusieurs entreprises"),
    "consolidate": _l("Consolidation et synthèses"),
    "carry": _l("Report des dossiers vers une version du questionnaire"),
}

SETTINGS: dict[str, LazyString] = {
    "instance_path": _l("Dossier de la base, des documents et des secrets."),
    "database_url": _l("Adresse de la base de données ; vide : SQLite dans le dossier d’instance."),
    "secret_key": _l("Signe les cookies ; vide : une clé créée et gardée dans le dossier d’instance."),
    "public_url": _l("Adresse imprimée dans les messages et les liens."),
    "secure_cookies": _l("N’envoie les cookies que par HTTPS ; à activer en production."),
    "session_hours": _l("Durée maximale d’une session, en heures."),
    "admin_idle_minutes": _l("La session d’un administrateur se ferme après ces minutes d’inactivité."),
    "invitation_hours": _l("Durée de vie d’une invitation ou d’un lien de mot de passe, en heures."),
    "firm_link_days": _l("Durée de vie du lien vers l’espace d’une entreprise, en jours."),
    "mail_server": _l("Serveur SMTP ; vide : les messages restent ici, à lire par l’administration."),
    "mail_port": _l("Port SMTP."),
    "mail_sender": _l("Expéditeur des messages."),
    "mail_username": _l("Compte SMTP, si le serveur en demande un."),
    "mail_password": _l("Mot de passe SMTP."),
    "mail_starttls": _l("Chiffre la connexion au serveur SMTP."),
    "upload_megabytes": _l("Plus grand fichier accepté, en Mo."),
    "form_megabytes": _l("Plus long texte qu’un formulaire peut porter, en Mo."),
    "rate_limits": _l("Refuse les rafales de demandes à la connexion et aux envois."),
    "log_format": _l("Forme des lignes de journal technique."),
    "log_level": _l("Gravité minimale des lignes gardées."),
    "questionnaire_version": _l("Version du questionnaire des nouveaux dossiers."),
    "publication_threshold": _l("Plus petit nombre de réponses derrière un chiffre publié."),
}

VERBS: dict[str, LazyString] = {
    "account_closed": _l("compte fermé"),
    "account_edited": _l("compte corrigé"),
    "account_opened": _l("compte rouvert"),
    "accreditation_decided": _l("habilitation décidée"),
    "answers_kept_aside": _l("réponses mises de côté"),
    "appointment_changed": _l("rendez-vous changé"),
    "attempt_recorded": _l("essai de contact noté"),
    "campaign_created": _l("campagne ouverte"),
    "campaign_edited": _l("campagne modifiée"),
    "carry_requested": _l("report de dossiers demandé"),
    "code_refused": _l("code de validation refusé"),
    "code_sent": _l("code de validation envoyé"),
    "consolidation_requested": _l("consolidation demandée"),
    "contact_edited": _l("contact corrigé"),
    "demonstration_loaded": _l("démonstration chargée"),
    "draft_discarded": _l("brouillon de questionnaire supprimé"),
    "draft_uploaded": _l("brouillon de questionnaire déposé"),
    "draft_requested": _l("projet de rapport demandé"),
    "drawn_as_replacement": _l("tiré en remplacement"),
    "edition_prepared": _l("édition préparée"),
    "edition_published": _l("édition publiée"),
    "edition_withdrawn": _l("édition retirée"),
    "firm_corrected": _l("entreprise corrigée"),
    "firm_excluded": _l("entreprise écartée de la base"),
    "firm_readmitted": _l("entreprise remise dans la base"),
    "frame_discarded": _l("import abandonné"),
    "frame_imported": _l("base de sondage importée"),
    "frame_uploaded": _l("fichier déposé"),
    "handed_over": _l("écran confié à l’entreprise"),
    "invited": _l("invitation envoyée"),
    "invited_again": _l("invitation renvoyée"),
    "job_cancelled": _l("tâche annulée"),
    "job_retried": _l("tâche relancée"),
    "locale_chosen": _l("langue choisie"),
    "marks_sealed": _l("notes scellées"),
    "message_retried": _l("message à renvoyer"),
    "moved": _l("état changé"),
    "notes_saved": _l("notes de visite enregistrées"),
    "panel_drawn": _l("panel tiré au sort"),
    "password_changed": _l("mot de passe changé"),
    "password_chosen": _l("mot de passe choisi"),
    "reassigned": _l("dossier réaffecté"),
    "remark_added": _l("remarque ajoutée"),
    "remark_answered": _l("réponse à une remarque"),
    "remark_closed": _l("remarque close"),
    "remark_reopened": _l("remarque rouverte"),
    "remark_withdrawn": _l("remarque retirée"),
    "replaced": _l("remplacé par une réserve"),
    "report_made": _l("rapport préparé"),
    "reports_requested": _l("rapports demandés"),
    "reserve_exhausted": _l("réserve épuisée"),
    "reset_sent": _l("lien de mot de passe envoyé"),
    "room_left": _l("espace de l’entreprise quitté"),
    "room_link_made": _l("lien d’espace créé"),
    "room_link_revoked": _l("lien d’espace annulé"),
    "room_link_sent": _l("lien d’espace envoyé"),
    "room_opened": _l("espace de l’entreprise ouvert"),
    "second_factor_failed": _l("code de vérification refusé"),
    "second_factor_lifted": _l("double vérification levée"),
    "second_factor_off": _l("double vérification retirée"),
    "second_factor_on": _l("double vérification activée"),
    "second_factor_passed": _l("code de vérification accepté"),
    "section_saved": _l("section enregistrée"),
    "sessions_revoked": _l("sessions fermées"),
    "sign_in_failed": _l("connexion refusée"),
    "signed_in": _l("connexion"),
    "signed_out": _l("déconnexion"),
    "structure_added": _l("structure ajoutée"),
    "table_amended": _l("correspondance modifiée"),
    "table_applied": _l("correspondance appliquée"),
    "trial_reset": _l("essai de questionnaire remis à zéro"),
    "version_carried": _l("dossier reporté vers une version"),
    "version_chosen": _l("version du questionnaire choisie"),
    "version_published": _l("version du questionnaire publiée"),
    "version_restored": _l("version du questionnaire remise"),
    "version_withdrawn": _l("version du questionnaire retirée"),
    "visit_date_changed": _l("date de visite changée"),
}


def verb_words(verb: str) -> str:
    """A journal verb in words; a verb without words stands as it is, so that no line is ever unreadable."""
    return str(VERBS.get(verb, verb.replace("_", " ")))


def subject_words(subject: str) -> str:
    """What a journal line is about, in words."""
    return str(SUBJECTS.get(subject, subject.replace("_", " ")))


def kind_words(kind: str) -> str:
    """A kind of job in words."""
    return str(JOB_KINDS.get(kind, kind))
