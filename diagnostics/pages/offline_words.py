"""The words of the scripts that keep and send answers, in the page's language: a page carries them, so that it speaks offline too.

A word may hold places in braces, `{count}`; a plural has two forms, `one` and `many`.
"""

from flask_babel import gettext as _


def offline_words() -> dict[str, str]:
    """Every sentence that a script may show, by name."""
    return {
        # The line beside the buttons of a section.
        "keeping": _("Modification gardée sur cet appareil, envoi dans quelques secondes"),
        "sending": _("Envoi en cours…"),
        "saved": _("Enregistré à {time}"),
        "merged_one": _("Enregistré à {time}. Une réponse modifiée ailleurs a été mise à jour."),
        "merged_many": _("Enregistré à {time}. {count} réponses modifiées ailleurs ont été mises à jour."),
        "offline_one": _("Non envoyé : hors réseau, 1 modification gardée sur cet appareil"),
        "offline_many": _("Non envoyé : hors réseau, {count} modifications gardées sur cet appareil"),
        "trouble_one": _("Non envoyé : le serveur ne répond pas, 1 modification gardée sur cet appareil"),
        "trouble_many": _("Non envoyé : le serveur ne répond pas, {count} modifications gardées sur cet appareil"),
        "signed_out_one": _("Non envoyé : reconnectez-vous. 1 modification gardée sur cet appareil"),
        "signed_out_many": _("Non envoyé : reconnectez-vous. {count} modifications gardées sur cet appareil"),
        "conflict_one": _("1 réponse à choisir : elle a été modifiée ailleurs aussi"),
        "conflict_many": _("{count} réponses à choisir : elles ont été modifiées ailleurs aussi"),
        "unreadable_one": _("1 réponse n’a pas pu être lue : corrigez-la, elle est gardée sur cet appareil"),
        "unreadable_many": _("{count} réponses n’ont pas pu être lues : corrigez-les, elles sont gardées sur cet appareil"),
        "held": _("Envoi mis en quarantaine"),
        "refused": _("Non envoyé : l’envoi est trop volumineux. Enregistrez vos modifications dans un fichier."),
        "volatile": _("Ce navigateur ne garde rien sur l’appareil : restez en ligne pour ne rien perdre."),
        "reopen": _("Se reconnecter"),
        # Choosing between two answers.
        "choose": _("Deux réponses pour cette question"),
        "choose_lead": _("{name} a modifié cette réponse le {moment}. Choisissez celle à garder."),
        "somebody": _("Une autre personne"),
        "mine": _("Votre réponse"),
        "theirs": _("Réponse enregistrée par {name}"),
        "no_answer": _("Pas de réponse"),
        "alike": _("Lignes identiques des deux côtés, non montrées : {count}"),
        "keep_mine": _("Garder ma réponse"),
        "take_theirs": _("Prendre l’autre réponse"),
        # The banner of every page.
        "unsent_one": _("1 modification n’est pas encore envoyée : elle est gardée sur cet appareil."),
        "unsent_many": _("{count} modifications ne sont pas encore envoyées : elles sont gardées sur cet appareil."),
        "send_now": _("Envoyer maintenant"),
        "see_device": _("Voir ce qui est sur cet appareil"),
        "evicted": _(
            "Ce navigateur a effacé ce qui était gardé sur cet appareil. Tout ce qui était enregistré est sur le serveur."
        ),
        "evicted_lost": _("Modifications qui n’étaient pas encore envoyées et qui ont pu être perdues : {count}."),
        "evicted_again": _("Dossiers à emporter de nouveau : {names}."),
        "understood": _("J’ai compris"),
        # Signing out.
        "leave_title": _("Des modifications ne sont pas envoyées"),
        "leave_one": _("1 modification est gardée sur cet appareil et n’est pas encore sur le serveur."),
        "leave_many": _("{count} modifications sont gardées sur cet appareil et ne sont pas encore sur le serveur."),
        "leave_what": _(
            "Si vous vous déconnectez, elles restent ici, fermées aux autres comptes, jusqu’à votre prochaine connexion sur cet appareil. "
            "Les pages emportées, elles, sont effacées."
        ),
        "leave_send": _("Rester et envoyer"),
        "leave_file": _("Les enregistrer dans un fichier"),
        "leave_anyway": _("Se déconnecter quand même"),
        "leave_offline": _(
            "Hors réseau, la session ne peut pas être fermée sur le serveur. Les pages emportées sont effacées de cet appareil."
        ),
        # Taking a dossier along.
        "take": _("Emporter ce dossier"),
        "taking": _("Page {done} sur {total}…"),
        "taken": _("Emporté le {moment} : ce dossier s’ouvre et se remplit sans réseau sur cet appareil."),
        "take_again": _("Emporter de nouveau"),
        "give_back": _("Rendre ce dossier"),
        "given_back": _("Les pages de ce dossier ne sont plus sur cet appareil."),
        "give_back_first": _("Des modifications de ce dossier ne sont pas envoyées : envoyez-les avant de le rendre."),
        "take_failed": _("Le dossier n’a pas pu être emporté en entier : vérifiez le réseau et recommencez."),
        "take_unable": _("Ce navigateur ne sait pas travailler sans réseau."),
        "persisted": _("Le navigateur s’engage à ne rien effacer sans vous le demander."),
        "not_persisted": _("Le navigateur peut effacer ces données s’il manque de place : envoyez vos réponses dès que possible."),
        "until": _("Lisible ici jusqu’au {day}."),
        # The page of the device.
        "nothing_unsent": _("Tout est envoyé."),
        "nothing_taken": _("Aucun dossier n’est emporté sur cet appareil."),
        "nobody": _("Connectez-vous pour voir ce que votre compte garde sur cet appareil."),
        "waiting_one": _("1 modification à envoyer"),
        "waiting_many": _("{count} modifications à envoyer"),
        "to_choose": _("réponses à choisir : {count}"),
        "to_correct": _("réponses à corriger : {count}"),
        "since": _("depuis le {moment}"),
        "open": _("Ouvrir"),
        "sent_all": _("Tout a été envoyé."),
        "still_waiting": _("Restent à envoyer : {count}."),
        "no_network": _("Pas de réseau : tout reste gardé ici."),
        "file_made": _("Fichier enregistré."),
        "file_read": _("Modifications reprises du fichier : {count}."),
        "file_skipped": _("Déjà présentes ici avec une autre valeur, et laissées telles quelles : {count}."),
        "file_not_json": _("Ce fichier ne peut pas être lu : ce n’est pas un fichier de modifications."),
        "file_format": _(
            "Ce fichier n’est pas un fichier de modifications de cette plateforme, ou il vient d’une version plus récente."
        ),
        "file_account": _("Ce fichier vient d’un autre compte : connectez-vous avec le compte qui l’a enregistré."),
        "file_damaged": _("Ce fichier est abîmé : {place} n’est pas lisible. Rien n’a été repris."),
        "file_large": _("Ce fichier est trop volumineux : 20 Mo au plus."),
        "file_empty": _("Ce fichier ne contient aucune modification."),
    }
