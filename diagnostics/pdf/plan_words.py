"""The sentences of the firm’s report on costs, the plan, the two voices and the method, French and English; and its glossary."""

MONEY: dict[str, tuple[str, str]] = {
    "cost.title": (
        "Environ {amount} d’indemnités de départ à prévoir en cinq ans",
        "About {amount} of retirement indemnities to plan for in five years",
    ),
    "cost.title.ten": (
        "Environ {amount} d’indemnités de départ à prévoir en dix ans",
        "About {amount} of retirement indemnities to plan for in ten years",
    ),
    "cost.title.floor": (
        "Au moins {amount} d’indemnités de départ en cinq ans : le barème de la convention reste à vérifier",
        "At least {amount} of retirement indemnities in five years: the agreement’s scale remains to be checked",
    ),
    "cost.title.zero": (
        "Aucune indemnité de départ n’est attendue dans les cinq ans",
        "No retirement indemnity is expected within five years",
    ),
    "cost.title.withheld": ("Le coût des départs n’a pas pu être estimé", "The cost of departures could not be estimated"),
    "cost.withheld.ages": (
        "Trop peu d’âges sont connus pour projeter les départs, donc leur coût.",
        "Too few ages are known to project the departures, hence their cost.",
    ),
    "cost.withheld.seniority": (
        "L’année d’entrée de certaines personnes proches de la retraite manque : l’indemnité dépend de l’ancienneté.",
        "The year of entry of some people near retirement is missing: the indemnity depends on seniority.",
    ),
    "cost.withheld.salary": (
        "Ni les salaires ni la masse salariale ne sont connus.",
        "Neither salaries nor the payroll are known.",
    ),
    "cost.withheld.other": ("Des éléments manquent pour une estimation honnête.", "Elements are missing for an honest estimate."),
    "cost.lead": (
        "Ces montants sont des ordres de grandeur en euros d’aujourd’hui, arrondis à la centaine. Ils ne remplacent pas le calcul de votre expert-comptable.",
        "These amounts are orders of magnitude in today’s euros, rounded to the hundred. They do not replace your accountant’s computation.",
    ),
    "cost.agreement": ("Barème de la convention {agreement}", "Scale of the agreement {agreement}"),
    "cost.agreement.legal": (
        "Barème légal : aucune convention applicable n’est connue",
        "Legal scale: no applicable agreement is known",
    ),
    "cost.agreement.unverified": (
        "Barème de la convention {agreement} non vérifié : seul le minimum légal est montré, comme plancher. Le montant réel peut être nettement plus élevé.",
        "The scale of the agreement {agreement} is not verified: only the legal minimum is shown, as a floor. The real amount may be much higher.",
    ),
    "cost.figure": ("Ordres de grandeur", "Orders of magnitude"),
    "cost.subject": (
        "Euros ; point : montant attendu, trait : huit chances sur dix",
        "Euros; dot: expected amount, line: eight chances in ten",
    ),
    "cost.table": ("Ce que les départs attendus peuvent coûter", "What the expected departures may cost"),
    "cost.item": ("Poste", "Item"),
    "cost.expected": ("Attendu", "Expected"),
    "cost.range": ("Huit chances sur dix", "Eight chances in ten"),
    "cost.idr5": ("Indemnités de départ, 5 ans", "Retirement indemnities, 5 years"),
    "cost.idr10": ("Indemnités de départ, 10 ans", "Retirement indemnities, 10 years"),
    "cost.overlap": ("Tuilage (doubles salaires), 5 ans", "Overlap (double pay), 5 years"),
    "cost.balance": ("Solde, 5 ans (+ : coût)", "Balance, 5 years (+: cost)"),
    "cost.missing": ("non estimé", "not estimated"),
    "cost.noria": (
        "Écart annuel de coût entre une personne qui part et celle qui la remplace : {amount} (un nombre positif est une économie).",
        "Yearly difference in cost between a leaver and the person who replaces them: {amount} (a positive number is a saving).",
    ),
    "cost.charges": (
        "Indemnités brutes ; le solde compte les charges patronales, au taux de {rate}.",
        "Gross indemnities; the balance counts employer’s contributions, at a rate of {rate}.",
    ),
    "cost.cover": ("Ce qui est prévu", "What is set aside"),
    "cost.cover.text": ("{provision}.", "{provision}."),
    "cost.cover.amount": ("{provision}, pour {amount}.", "{provision}, for {amount}."),
    "cost.cash": ("Trésorerie", "Cash"),
    "cost.cash.text": ("{amount} disponibles au jour de la visite.", "{amount} available on the day of the visit."),
    "cost.cash.share": (
        "Les indemnités des cinq ans qui ne sont pas couvertes en représentent {share}.",
        "The uncovered indemnities of the five years amount to {share} of it.",
    ),
    "cost.cash.none": ("La trésorerie n’est pas connue.", "Cash is not known."),
    "cost.source": (
        "Source : registre, salaires ou masse salariale, {reference}.",
        "Source: register, salaries or payroll, {reference}.",
    ),
    "cost.source.plain": ("Source : registre, salaires ou masse salariale.", "Source: register, salaries or payroll."),
}

PLAN: dict[str, tuple[str, str]] = {
    "plan.title.none": ("Le plan d’action reste à construire", "The action plan is still to be built"),
    "plan.title.one": ("Une action à mener, choisie ensemble", "One action to carry out, chosen together"),
    "plan.title.many": ("{count} actions choisies ensemble", "{count} actions chosen together"),
    "plan.first.one": (", dont une à engager dans les six mois", ", one of them to start within six months"),
    "plan.first.many": (", dont {count} à engager dans les six mois", ", {count} of them to start within six months"),
    "plan.lead": (
        "Le plan est construit avec l’entreprise lors de la restitution. Chaque action a quelqu’un qui la porte, une échéance, un financement envisagé et un signe qui dira qu’elle a réussi.",
        "The plan is built with the firm when the diagnosis is given back. Each action has someone in charge, a deadline, a way to fund it and a sign that will tell that it worked.",
    ),
    "plan.none": (
        "Aucune action n’est retenue à ce jour. Les constats de ce rapport suffisent à ouvrir la discussion : le diagnostiqueur reste à votre disposition.",
        "No action has been agreed so far. The findings of this report are enough to open the discussion: the diagnostician remains at your disposal.",
    ),
    "plan.action": ("Action", "Action"),
    "plan.pilot": ("Pilote", "In charge"),
    "plan.deadline": ("Échéance", "Deadline"),
    "plan.funding": ("Financement", "Funding"),
    "plan.indicator": ("Signe de réussite", "Sign of success"),
    "plan.schemes": ("Appuis possibles", "Possible support"),
    "plan.own": ("action propre à l’entreprise", "the firm’s own action"),
    "plan.refused": ("Actions écartées", "Actions set aside"),
    "plan.refused.lead": (
        "Elles ont été proposées, puis écartées par l’entreprise. Les raisons sont gardées telles quelles.",
        "They were proposed, then set aside by the firm. The reasons are kept as given.",
    ),
    "plan.refused.reason": ("Raison", "Reason"),
    "plan.refused.none": ("raison non donnée", "no reason given"),
    "plan.calendar": ("Calendrier du plan d’action", "Calendar of the action plan"),
    "plan.calendar.subject": (
        "Par trimestre, du jour du rapport à l’échéance de chaque action",
        "By quarter, from the day of the report to each action’s deadline",
    ),
    "plan.next": ("Prochain rendez-vous", "Next appointment"),
    "plan.next.text": (
        "Un point d’étape à six mois avec votre diagnostiqueur, puis une mise à jour des indicateurs chaque année.",
        "A review after six months with your diagnostician, then an update of the indicators every year.",
    ),
}

CLOSE: dict[str, tuple[str, str]] = {
    "voices.title": ("Deux regards posés séparément, puis mis en commun", "Two views given separately, then brought together"),
    "voices.lead": (
        "L’entreprise et le diagnostiqueur ont écrit sans se lire, puis comparé. Les mots de chacun sont reproduits tels quels.",
        "The firm and the diagnostician wrote without reading each other, then compared. Each one’s words are printed as they are.",
    ),
    "voices.firm": ("Selon l’entreprise", "According to the firm"),
    "voices.diag": ("Selon le diagnostiqueur", "According to the diagnostician"),
    "voices.strengths": ("Points d’appui", "Strengths"),
    "voices.weaknesses": ("Fragilités", "Weak points"),
    "voices.nothing": ("Rien n’a été écrit.", "Nothing was written."),
    "gaps": ("Là où les regards s’écartaient", "Where the views differed"),
    "gaps.none": (
        "Les deux notes ne s’écartent de deux points ou plus sur aucune dimension notée.",
        "The two marks differ by two points or more on no marked dimension.",
    ),
    "gaps.line": (
        "entreprise {firm}, diagnostiqueur {diag}, consensus {consensus}.",
        "firm {firm}, diagnostician {diag}, consensus {consensus}.",
    ),
    "valid": ("La parole de l’entreprise sur ce diagnostic", "What the firm says of this diagnosis"),
    "valid.pending": ("La validation est attendue", "Validation is awaited"),
    "valid.validated": ("Diagnostic validé sans réserve", "Diagnosis validated without reservation"),
    "valid.validated_remarks": ("Diagnostic validé, avec les remarques qui suivent", "Diagnosis validated, with the remarks below"),
    "valid.disagreement": ("Désaccord de l’entreprise, consigné ci-dessous", "The firm’s disagreement, recorded below"),
    "valid.pending.text": (
        "L’entreprise n’a pas encore dit si elle se reconnaît dans ce diagnostic.",
        "The firm has not yet said whether it recognises itself in this diagnosis.",
    ),
    "valid.by": ("Le {day}, par : {who}", "On {day}, by: {who}"),
    "valid.on": ("Le {day}", "On {day}"),
    "valid.remarks": ("Remarques de l’entreprise, reproduites telles quelles", "The firm’s remarks, printed as written"),
    "valid.no_remarks": ("Aucune remarque n’a été écrite.", "No remark was written."),
    "method.title": ("Comprendre les mots et la méthode", "Understanding the words and the method"),
    "method.lead": (
        "Le diagnostic repose sur un questionnaire commun, rempli par un diagnostiqueur formé avec l’employeur. Les réponses alimentent dix scores ; la projection des départs n’utilise que l’âge, le sexe, la catégorie et les départs annoncés, et ne prédit aucune décision individuelle.",
        "The diagnosis rests on a common questionnaire, completed by a trained diagnostician with the employer. The answers feed ten scores; the projection of departures uses only age, sex, category and announced departures, and predicts no one’s decision.",
    ),
    "sources": ("Sources et versions", "Sources and versions"),
    "sources.text": (
        "Ce rapport est fabriqué à partir des éléments ci-dessous. À versions égales, il est identique au signe près.",
        "This report is made from the elements below. With the same versions it is identical to the last sign.",
    ),
    "sources.element": ("Élément", "Element"),
    "sources.version": ("Version", "Version"),
    "version.law": ("Législation des retraites", "Pension law"),
    "version.prepared": ("Rapport préparé le", "Report prepared on"),
    "version.campaign": ("Campagne", "Campaign"),
    "version.digest": ("Empreinte du contenu", "Fingerprint of the content"),
    "version.questionnaire": ("Questionnaire", "Questionnaire"),
    "version.catalogue": ("Catalogue de questions", "Question catalogue"),
    "version.analysis": ("Analyse", "Analysis"),
    "version.parameters": ("Paramètres", "Parameters"),
    "version.parameters_digest": ("Empreinte des paramètres", "Fingerprint of the parameters"),
    "version.platform": ("Plateforme", "Platform"),
    "version.figures": ("Chiffres de référence", "Reference figures"),
    "version.indicators": ("Grille d’indicateurs", "Indicator grid"),
    "version.actions": ("Catalogue d’actions", "Action catalogue"),
    "version.indemnities": ("Barèmes d’indemnités", "Indemnity scales"),
    "panel.note": ("Fiabilité des comparaisons", "Reliability of the comparisons"),
    "panel.note.text": (
        "Les comparaisons portent sur {count} entreprises du panel, la vôtre comprise. Un quartile partage : la moitié centrale des entreprises se trouve entre le premier et le troisième.",
        "Comparisons are with {count} firms of the panel, yours included. Quartiles divide: the middle half of the firms lies between the first and the third.",
    ),
    "panel.none.text": (
        "Aucune comparaison n’est montrée : trop peu d’entreprises comparables ont été diagnostiquées à ce jour.",
        "No comparison is shown: too few comparable firms have been diagnosed so far.",
    ),
    "ind.title": ("Les réponses derrière les scores", "The answers behind the scores"),
    "ind.lead": (
        "Chaque indicateur est noté de 0 (solide) à 100 (fragile) entre trois repères. Un astérisque signale un repère appuyé sur une source publiée ; les autres sont des choix professionnels, à affiner avec le panel.",
        "Each indicator is scored from 0 (solid) to 100 (fragile) between three anchors. An asterisk marks an anchor that rests on a published source; the others are professional choices, to be refined with the panel.",
    ),
    "ind.indicator": ("Indicateur", "Indicator"),
    "ind.value": ("Votre valeur", "Your value"),
    "ind.anchors": ("Repères 0 · 50 · 100", "Anchors 0 · 50 · 100"),
    "ind.score": ("Score", "Score"),
    "ind.missing": ("non renseigné", "not given"),
    "unit.months": ("{value} mois", "{value} months"),
    "unit.days": ("{value} jours", "{value} days"),
    "unit.years": ("{value} ans", "{value} years"),
    "yes": ("oui", "yes"),
    "no": ("non", "no"),
    "glossary": ("Les mots de ce rapport", "The words of this report"),
}

GLOSSARY: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (
        ("Consensus", "Consensus"),
        (
            "Note posée ensemble lors de la restitution, après comparaison des deux notes.",
            "The mark agreed when the diagnosis is given back, after the two marks were compared.",
        ),
    ),
    (
        ("Départs attendus", "Expected departures"),
        (
            "Somme des probabilités de départ. 4,2 signifie un peu plus de quatre départs, sans savoir lesquels.",
            "The sum of the probabilities of leaving. 4.2 means a little more than four departures, without knowing whose.",
        ),
    ),
    (
        ("Diagnostic partagé", "Shared diagnosis"),
        (
            "Lecture commune de la situation par l’entreprise et un diagnostiqueur formé ; les écarts sont gardés.",
            "A common reading of the situation by the firm and a trained diagnostician; differences are kept.",
        ),
    ),
    (
        ("Fourchette", "Range"),
        (
            "Nombres entre lesquels se trouve le résultat neuf fois sur dix.",
            "The numbers between which the outcome lies nine times out of ten.",
        ),
    ),
    (
        ("Indemnité de départ", "Retirement indemnity"),
        (
            "Somme due au salarié qui part à la retraite, selon son ancienneté et la convention collective.",
            "A sum due to an employee who retires, by seniority and collective agreement.",
        ),
    ),
    (
        ("Médiane, quartiles", "Median, quartiles"),
        (
            "La moitié des entreprises est sous la médiane ; la moitié centrale se trouve entre les deux quartiles.",
            "Half of the firms lie under the median; the middle half lies between the two quartiles.",
        ),
    ),
    (
        ("OPCO", "OPCO"),
        (
            "Opérateur de compétences : finance la formation et appuie les petites entreprises.",
            "Skills operator: funds training and supports small firms.",
        ),
    ),
    (
        ("Poste clé", "Key post"),
        (
            "Poste dont l’absence pendant trois mois mettrait en cause une partie de l’activité.",
            "A post whose absence for three months would endanger part of the activity.",
        ),
    ),
    (
        ("Retraite progressive", "Phased retirement"),
        (
            "Temps partiel avec une part de la pension ; utile pour transmettre.",
            "Part-time work with part of the pension; useful for handing over.",
        ),
    ),
    (
        ("Signal d’alerte", "Red flag"),
        (
            "Situation assez grave pour ne jamais être compensée par de bons scores ailleurs.",
            "A situation serious enough never to be offset by good scores elsewhere.",
        ),
    ),
    (
        ("Tuilage", "Overlap"),
        (
            "Période où la personne qui part et celle qui arrive travaillent ensemble.",
            "A period when the leaver and the newcomer work together.",
        ),
    ),
    (
        ("Effet de noria", "Noria effect"),
        (
            "Écart de coût salarial entre une personne qui part et celle qui la remplace.",
            "The difference in pay cost between a leaver and the person who replaces them.",
        ),
    ),
)
