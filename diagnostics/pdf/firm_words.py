"""The sentences of the firm's report up to its readings, French and English (the rest: `plan_words`). Gaps are filled with figures already written in the language."""

OPENING: dict[str, tuple[str, str]] = {
    "subtitle": ("Rapport individuel de diagnostic partagé", "The firm’s report of a shared diagnosis"),
    "subject": ("Diagnostic partagé du renouvellement générationnel", "Shared diagnosis of generational renewal"),
    "staff.one": ("{count} salarié", "{count} employee"),
    "staff.many": ("{count} salariés", "{count} employees"),
    "cover.visit.day": ("Diagnostic mené le {day}", "Diagnosis of {day}"),
    "cover.visit.plain": ("Diagnostic mené le {day} par {who}", "Diagnosis of {day} by {who}"),
    "cover.visit": ("Diagnostic mené le {day} par {who} ({structure})", "Diagnosis of {day} by {who} ({structure})"),
    "cover.confidential": (
        "Document confidentiel, remis à l’employeur. Aucune donnée nominative.",
        "Confidential document for the employer. No personal data.",
    ),
    "confidential": ("Confidentiel — remis à l’employeur", "Confidential — for the employer"),
    "s.reading": ("Lire ce rapport", "Reading this report"),
    "s.essentials": ("L’essentiel en une page", "The essentials on one page"),
    "s.pyramid": ("Pyramide des âges", "Age pyramid"),
    "s.departures": ("Départs attendus", "Expected departures"),
    "s.dimensions": ("Dix dimensions", "Ten dimensions"),
    "s.flags": ("Signaux d’alerte", "Red flags"),
    "s.keyposts": ("Postes clés et relève", "Key posts and succession"),
    "s.costs": ("Coût des départs", "Cost of departures"),
    "s.plan": ("Plan d’action", "Action plan"),
    "s.voices": ("Deux regards et validation", "Two views and validation"),
    "s.method": ("Méthode et sources", "Method and sources"),
    "s.indicators": ("Les indicateurs, un à un", "The indicators, one by one"),
    "id": ("Fiche d’identité", "Identity"),
    "id.firm": ("Entreprise", "Firm"),
    "id.siret": ("SIRET", "SIRET"),
    "id.activity": ("Activité", "Activity"),
    "id.family": ("Famille", "Legal family"),
    "id.place": ("Implantation", "Location"),
    "id.agreement": ("Convention collective", "Collective agreement"),
    "id.founded": ("Création", "Founded"),
    "id.staff": ("Effectif", "Staff"),
    "id.fte": ("{staff}, {fte} ETP", "{staff}, {fte} FTE"),
    "id.diagnosis": ("Diagnostic", "Diagnosis"),
    "id.reference": ("Référence", "Reference"),
    "how": ("Comment lire ce rapport", "How to read this report"),
    "how.text": (
        (
            "Ce document restitue le diagnostic partagé mené dans votre entreprise. Il ne juge pas votre gestion : il repère ce que les prochains départs à la retraite"
            " peuvent fragiliser, et ce qui peut être préparé dès maintenant. Chaque titre énonce le constat ; la figure le montre ; l’encadré dit quoi en retenir."
        ),
        (
            "This document gives back the shared diagnosis carried out in your firm. It does not judge your management: it shows what the coming retirements may weaken,"
            " and what can be prepared now. Each title states the finding; the figure shows it; the box says what to keep in mind."
        ),
    ),
    "data": ("Vos données", "Your data"),
    "data.text": (
        (
            "Les résultats viennent de l’entretien et de votre registre du personnel, sans noms. Vous seul recevez ce rapport. Les synthèses régionales ne publient rien qui"
            " permette de reconnaître une entreprise, et ce rapport ne montre rien qui désigne un salarié."
        ),
        (
            "The results come from the interview and from your staff register, without names. This report goes to you alone. The regional syntheses publish nothing that"
            " would let anyone recognise a firm, and this report shows nothing that points at an employee."
        ),
    ),
    "limits": ("Ce que les chiffres ne disent pas", "What the figures do not say"),
    "limits.text": (
        (
            "Dans une petite équipe, un seul départ change tout. Les projections donnent un nombre attendu et une fourchette, jamais une date par personne. Le choix de partir"
            " reste libre et personnel : aucun employeur ne peut demander à un salarié s’il compte prendre sa retraite."
        ),
        (
            "In a small team a single departure changes everything. Projections give an expected number and a range, never a date for a person. The choice to leave"
            " stays free and personal: no employer may ask an employee about plans to retire."
        ),
    ),
    "met": ("Personnes rencontrées", "People met"),
    "seen": ("Documents consultés", "Documents seen"),
    "reliability": ("Fiabilité des données", "Reliability of the data"),
    "reliability.text": ("{level}, selon le diagnostiqueur", "{level}, according to the diagnostician"),
    "ess.title.expected": (
        "D’ici cinq ans, {range} départs attendus sur {staff}",
        "Within five years, {range} departures expected out of {staff}",
    ),
    "ess.title.one": ("D’ici cinq ans, un départ attendu sur {staff}", "Within five years, one departure expected out of {staff}"),
    "ess.title.upto": (
        "D’ici cinq ans, au plus {count} départs possibles sur {staff}",
        "Within five years, at most {count} possible departures out of {staff}",
    ),
    "ess.title.upto.one": (
        "D’ici cinq ans, au plus un départ possible sur {staff}",
        "Within five years, at most one possible departure out of {staff}",
    ),
    "ess.title.none": ("Aucun départ à la retraite n’est attendu d’ici cinq ans", "No retirement is expected within five years"),
    "ess.title.withheld": ("Ce que le diagnostic montre, en une page", "What the diagnosis shows, on one page"),
    "ess.posts.one": (", et un poste clé sans aucune relève", ", and one key post without a successor"),
    "ess.posts.many": (", et {count} postes clés sans aucune relève", ", and {count} key posts without a successor"),
    "tile.seniors": ("des salariés ont 55 ans et plus", "of employees are 55 or over"),
    "tile.seniors.hidden": (
        "part des 55 ans et plus : non montrée, effectif trop petit",
        "share aged 55 and over: not shown, too few people",
    ),
    "tile.departures": ("départs attendus d’ici cinq ans", "departures expected within five years"),
    "tile.departures.one": ("départ attendu d’ici cinq ans", "departure expected within five years"),
    "tile.departures.hidden": ("départs à cinq ans : non estimés", "departures in five years: not estimated"),
    "tile.posts": ("postes clés sans aucune relève", "key posts without a successor"),
    "tile.posts.none": ("aucun poste clé décrit", "no key post described"),
    "tile.flags.none": ("signal d’alerte", "red flag"),
    "tile.flags.one": ("signal d’alerte", "red flag"),
    "tile.flags.many": ("signaux d’alerte", "red flags"),
    "tile.panel": ("panel : {figure}", "panel: {figure}"),
    "tile.range": ("fourchette à 90 % : {range}", "90% range: {range}"),
    "tile.range_only": ("fourchette seule : équipe peu nombreuse", "range only: small team"),
    "tile.flags.note": ("jamais noyés dans une moyenne", "never lost in an average"),
    "tile.posts.note": ("sur les postes décrits avec vous", "of the posts described with you"),
    "findings": ("Ce que montre le diagnostic", "What the diagnosis shows"),
    "findings.none": (
        "Le diagnostic ne fait ressortir aucun constat : trop de réponses manquent.",
        "The diagnosis brings out no finding: too many answers are missing.",
    ),
    "priorities": ("Vos priorités", "Your priorities"),
    "priorities.none": (
        "Aucune action n’a encore été retenue : le plan se construit lors de la restitution.",
        "No action has been agreed yet: the plan is built when the diagnosis is given back.",
    ),
    "priority.line": ("{pilot}, {deadline}", "{pilot}, {deadline}"),
    "where": ("Où se situe votre entreprise ?", "Where does your firm stand?"),
    "where.subject": (
        "Deux indices de 0 (solide) à 100 (fragile), jamais fondus en un seul",
        "Two indices from 0 (solid) to 100 (fragile), never merged into one",
    ),
    "index.hr": ("Ressources humaines", "Human resources"),
    "index.economic": ("Modèle économique", "Economic model"),
    "sentence": ("En une phrase", "In one sentence"),
}

AGES: dict[str, tuple[str, str]] = {
    "pyr.title.none": ("Personne n’a 55 ans ou plus dans l’équipe", "Nobody on the team is 55 or over"),
    "pyr.title.one": ("Une personne sur {staff} a 55 ans ou plus", "One person out of {staff} is 55 or over"),
    "pyr.title.many": ("{count} salariés sur {staff} ont 55 ans et plus", "{count} employees out of {staff} are 55 or over"),
    "pyr.more": (", une part plus forte que dans le panel", ", a larger share than in the panel"),
    "pyr.less": (", une part plus faible que dans le panel", ", a smaller share than in the panel"),
    "pyr.same": (", une part proche de celle du panel", ", a share close to the panel’s"),
    "pyr.title.hidden": (
        "Les âges de l’équipe, sans le détail qui ferait reconnaître quelqu’un",
        "The ages of the team, without the detail that would point at someone",
    ),
    "pyr.title.unknown": (
        "Les âges de l’équipe ne sont pas assez connus pour une pyramide",
        "The ages of the team are not known well enough for a pyramid",
    ),
    "pyr.lead": (
        "La pyramide représente chaque personne par un carré. La teinte foncée signale les 55 ans et plus, ceux dont le départ se prépare dès maintenant.",
        "The pyramid shows each person as a square. The dark tone marks those aged 55 and over, whose departure should be prepared now.",
    ),
    "pyr.lead.merged": (
        "Chaque personne est un carré. Votre équipe compte moins de dix personnes : les tranches couvrent dix ans et les femmes et les hommes sont réunis, pour que personne ne soit reconnaissable.",
        "Each person is a square. Your team has fewer than ten people: bands cover ten years and women and men are shown together, so that nobody can be recognised.",
    ),
    "pyr.figure": ("Pyramide des âges de l’entreprise", "Age pyramid of the firm"),
    "pyr.subject": ("Effectif au {day}, par sexe et tranche d’âge", "Staff on {day}, by sex and age band"),
    "pyr.subject.merged": (
        "Effectif au {day}, par tranche de dix ans, femmes et hommes réunis",
        "Staff on {day}, by ten-year band, women and men together",
    ),
    "pyr.source": (
        "Source : {source}. Champ : salariés présents, tous contrats.",
        "Source: {source}. Field: present employees, all contracts.",
    ),
    "pyr.source.panel": (" Comparaison : {count} entreprises du panel.", " Comparison: {count} firms of the panel."),
    "pyr.mean": ("Âge moyen", "Mean age"),
    "pyr.mean.text": ("L’âge moyen est de {age} ans.", "The mean age is {age} years."),
    "pyr.mean.panel": (
        "L’âge moyen est de {age} ans, contre {panel} dans le panel.",
        "The mean age is {age} years, against {panel} in the panel.",
    ),
    "pyr.mean.none": ("L’âge moyen n’est pas connu.", "The mean age is not known."),
    "pyr.seniors": ("50 ans et plus", "50 and over"),
    "pyr.seniors.none": ("Personne n’a atteint 50 ans.", "Nobody has turned 50."),
    "pyr.seniors.one": ("Une personne a 50 ans ou plus ({share}).", "One person is 50 or over ({share})."),
    "pyr.seniors.many": ("{count} personnes ont 50 ans et plus ({share}).", "{count} people are 50 or over ({share})."),
    "pyr.seniors.hidden": ("Détail non montré : trop peu de personnes.", "Detail not shown: too few people."),
    "pyr.young": ("Moins de 35 ans", "Under 35"),
    "pyr.young.none": (
        "Personne n’a moins de 35 ans : la relève interne par les plus jeunes n’existe pas encore.",
        "Nobody is under 35: there is no younger relief inside the firm yet.",
    ),
    "pyr.young.one": ("Une personne a moins de 35 ans.", "One person is under 35."),
    "pyr.young.many": (
        "{count} personnes ont moins de 35 ans et peuvent être associées aux transmissions.",
        "{count} people are under 35 and can take part in handovers.",
    ),
    "pyr.shape": (
        "Forme de la pyramide : {shape}. Une forme décrit, elle n’explique rien : seule la connaissance du travail permet de conclure.",
        "Shape of the pyramid: {shape}. A shape describes and explains nothing: only knowledge of the work allows a conclusion.",
    ),
    "pyr.table": ("Effectif par tranche d’âge", "Staff by age band"),
    "band": ("Tranche d’âge", "Age band"),
    "women": ("Femmes", "Women"),
    "men": ("Hommes", "Men"),
    "total": ("Ensemble", "All"),
    "dep.title.range": (
        "Entre {low} et {high} départs à la retraite en {years}",
        "Between {low} and {high} retirements in {years}",
    ),
    "dep.title.central": (
        "Entre {low} et {high} départs en {years} : en préparer {expected} est l’hypothèse centrale",
        "Between {low} and {high} departures in {years}: preparing {expected} is the central case",
    ),
    "dep.title.upto.one": ("Au plus un départ à la retraite en {years}", "At most one retirement in {years}"),
    "dep.title.upto.many": ("Au plus {count} départs à la retraite en {years}", "At most {count} retirements in {years}"),
    "dep.title.sure.one": ("Un départ à la retraite est attendu en {years}", "One retirement is expected within {years}"),
    "dep.title.sure.many": (
        "{count} départs à la retraite sont attendus en {years}",
        "{count} retirements are expected within {years}",
    ),
    "dep.title.none": ("Aucun départ à la retraite n’est attendu en {years}", "No retirement is expected within {years}"),
    "dep.title.withheld": ("Les départs n’ont pas pu être estimés", "The departures could not be estimated"),
    "dep.withheld.ages": (
        "Trop peu d’âges sont connus pour une projection honnête. Compléter les années de naissance dans le registre, sans noms, suffit à la rendre possible.",
        "Too few ages are known for an honest projection. Completing the years of birth in the register, without names, is enough to make it possible.",
    ),
    "dep.withheld.other": (
        "Les éléments recueillis ne permettent pas une projection honnête.",
        "What was collected does not allow an honest projection.",
    ),
    "dep.lead": (
        "La courbe additionne, année après année, la probabilité que chaque personne soit partie à la retraite, selon son âge et les règles en vigueur. La bande claire contient le résultat neuf fois sur dix.",
        "The curve adds up, year after year, the probability that each person has retired, given age and the rules in force. The pale band holds the outcome nine times out of ten.",
    ),
    "dep.lead.range": (
        "Peu de personnes sont derrière ces chiffres : seule la fourchette est montrée quand elles sont moins de cinq, sans nombre attendu, pour que personne ne soit reconnaissable.",
        "Few people stand behind these figures: only the range is shown where there are fewer than five, without an expected number, so that nobody can be recognised.",
    ),
    "dep.figure": ("Départs cumulés à la retraite", "Cumulative retirements"),
    "dep.subject": ("Nombre de salariés, cumul depuis le {day}", "Number of employees, cumulative since {day}"),
    "dep.source": (
        "Source : calcul de la plateforme, loi exacte du nombre de départs. Législation : {law}. Base : {basis}. Démissions et mobilités exclues.",
        "Source: the platform’s computation, exact distribution of the number of departures. Law: {law}. Basis: {basis}. Resignations and moves excluded.",
    ),
    "dep.table": ("Départs attendus par horizon", "Expected departures by horizon"),
    "dep.horizon": ("Horizon", "Horizon"),
    "dep.expected": ("Départs attendus", "Expected"),
    "dep.range": ("Fourchette (90 %)", "Range (90%)"),
    "dep.half": ("Une chance sur deux", "One chance in two"),
    "dep.any": ("Au moins un départ", "At least one"),
    "dep.declared": ("Selon vous", "Your own view"),
    "dep.share": ("Part de l’effectif", "Share of staff"),
    "dep.in.1": ("un an", "one year"),
    "dep.in.3": ("trois ans", "three years"),
    "dep.in.5": ("cinq ans", "five years"),
    "dep.in.10": ("dix ans", "ten years"),
    "dep.years.one": ("{count} an", "{count} year"),
    "dep.years.many": ("{count} ans", "{count} years"),
    "dep.hidden": ("non montré", "not shown"),
    "dep.remember": (
        "Une fourchette large n’est pas une erreur : elle dit ce que l’on ne peut pas savoir. Préparez l’hypothèse centrale, gardez une solution pour l’hypothèse haute.",
        "A wide range is no error: it says what cannot be known. Prepare for the central case, keep a solution for the high one.",
    ),
    "dep.remember.none": (
        "Aucun départ n’est attendu bientôt : c’est le moment d’entretenir la transmission et l’attractivité, sans urgence.",
        "No departure is expected soon: this is the time to look after knowledge transfer and attractiveness, without hurry.",
    ),
    "dep.announced.one": (
        "Un départ vous a déjà été annoncé ; il est compté à sa date.",
        "One departure has already been announced to you; it counts at its date.",
    ),
    "dep.announced.many": (
        "{count} départs vous ont déjà été annoncés ; ils sont comptés à leur date.",
        "{count} departures have already been announced to you; they count at their dates.",
    ),
    "dep.past.none": (
        "Personne n’est parti à la retraite au cours des trois dernières années.",
        "Nobody retired in the last three years.",
    ),
    "dep.past.one": (
        "Une personne est partie à la retraite au cours des trois dernières années.",
        "One person retired in the last three years.",
    ),
    "dep.past.many": (
        "{count} personnes sont parties à la retraite au cours des trois dernières années.",
        "{count} people retired in the last three years.",
    ),
    "dep.gap": (
        "Le calcul et votre propre estimation diffèrent : un écart à éclaircir ensemble, par exemple un départ annoncé ou des carrières longues.",
        "The computation and your own estimate differ: a gap to be cleared up together, for instance an announced departure or long careers.",
    ),
}

READING: dict[str, tuple[str, str]] = {
    "dim.title.none": (
        "Aucune dimension n’est fragile : l’enjeu est d’entretenir l’acquis",
        "No dimension is fragile: the point is to keep what has been built",
    ),
    "dim.title.one": ("Une dimension sur dix est fragile ou critique", "One dimension in ten is fragile or critical"),
    "dim.title.many": (
        "{count} dimensions sur dix sont fragiles ou critiques",
        "{count} dimensions in ten are fragile or critical",
    ),
    "dim.title.unknown": ("Trop peu de réponses pour calculer les scores", "Too few answers to compute the scores"),
    "dim.lead": (
        "Chaque dimension va de 0 (solide) à 100 (fragile). En haut de la ligne, les deux notes posées séparément, la vôtre et celle du diagnostiqueur, puis la note de consensus ; en bas, le score calculé à partir de vos réponses. Les quatre lectures restent distinctes : aucune ne corrige l’autre.",
        "Each dimension runs from 0 (solid) to 100 (fragile). On top of the line stand the two marks given separately, yours and the diagnostician’s, then the consensus mark; below, the score computed from your answers. The four readings stay apart: none corrects another.",
    ),
    "dim.figure": ("Dix dimensions, quatre lectures", "Ten dimensions, four readings"),
    "dim.subject": (
        "De 0 (solide) à 100 (fragile) ; une note de 0 à 4 est placée à 25 fois sa valeur",
        "From 0 (solid) to 100 (fragile); a mark from 0 to 4 stands at 25 times its value",
    ),
    "dim.source": (
        "Source : questionnaire du diagnostic partagé et notes des deux parties.",
        "Source: questionnaire of the shared diagnosis and marks of both sides.",
    ),
    "dim.source.panel": (" Panel : {count} entreprises.", " Panel: {count} firms."),
    "dim.table": ("Les quatre lectures de chaque dimension", "The four readings of each dimension"),
    "dim.dimension": ("Dimension", "Dimension"),
    "dim.computed": ("Score calculé", "Computed score"),
    "dim.firm": ("Entreprise", "Firm"),
    "dim.diag": ("Diagnostiqueur", "Diagnostician"),
    "dim.consensus": ("Consensus", "Consensus"),
    "dim.reading": ("Lecture", "Reading"),
    "dim.none": ("non calculable", "not computable"),
    "dim.missing": ("non notée", "no mark"),
    "dim.raised": ("relevée par un signal d’alerte", "raised by a red flag"),
    "dim.weak": ("Ce qui fragilise le plus", "What weakens most"),
    "dim.strong": ("Ce qui protège le plus", "What protects most"),
    "dim.weak.none": ("Aucune dimension calculée n’est fragile ou critique.", "No computed dimension is fragile or critical."),
    "dim.strong.none": ("Aucune dimension calculée n’est solide ou en vigilance.", "No computed dimension is solid or on watch."),
    "dim.line": ("{score} sur 100.", "{score} out of 100."),
    "dim.line.above.one": (
        "{score} sur 100, {count} point au-dessus de la médiane du panel.",
        "{score} out of 100, {count} point above the panel’s median.",
    ),
    "dim.line.above.many": (
        "{score} sur 100, {count} points au-dessus de la médiane du panel.",
        "{score} out of 100, {count} points above the panel’s median.",
    ),
    "dim.line.below.one": (
        "{score} sur 100, {count} point sous la médiane du panel.",
        "{score} out of 100, {count} point under the panel’s median.",
    ),
    "dim.line.below.many": (
        "{score} sur 100, {count} points sous la médiane du panel.",
        "{score} out of 100, {count} points under the panel’s median.",
    ),
    "dim.line.equal": ("{score} sur 100, comme la médiane du panel.", "{score} out of 100, as the panel’s median."),
    "reading.agreement": ("regards proches", "views agree"),
    "reading.firm_optimistic": ("vous, plus optimiste", "you, more optimistic"),
    "reading.blind_spot": ("angle mort du diagnostiqueur", "the diagnostician’s blind spot"),
    "reading.none": ("une note manque", "a mark is missing"),
    "flag.title.one": ("Un signal d’alerte appelle une décision", "One red flag calls for a decision"),
    "flag.title.many": ("{count} signaux d’alerte appellent une décision", "{count} red flags call for a decision"),
    "flag.title.none": ("Aucun signal d’alerte n’a été relevé", "No red flag was raised"),
    "flag.lead": (
        "Un signal d’alerte n’est jamais noyé dans une moyenne : il porte la dimension au moins en classe C.",
        "A red flag is never lost in an average: it lifts the dimension to class C at least.",
    ),
    "flag.none": (
        "Les huit situations que le diagnostic surveille (départ de la direction sans relève, trésorerie très courte, agrément porté par une seule personne…) n’ont pas été rencontrées, ou n’ont pas pu être vérifiées faute de réponses.",
        "The eight situations that the diagnosis watches (manager leaving without a successor, very short cash, a licence held by one person…) were not met, or could not be checked for want of answers.",
    ),
    "kp.title.none": ("Les postes clés ont tous une relève en vue", "Every key post has a successor in view"),
    "kp.title.one": ("Un poste clé n’a aucune relève", "One key post has no successor"),
    "kp.title.many": ("{count} postes clés n’ont aucune relève", "{count} key posts have no successor"),
    "kp.title.all": ("Aucun poste clé n’a été décrit", "No key post was described"),
    "kp.lead": (
        "Un poste clé est un poste dont l’absence, pendant trois mois, arrêterait une partie de l’activité. La criticité croise l’effet d’un départ, la rareté du profil, le délai de remplacement et l’horizon du départ.",
        "A key post is one whose absence for three months would stop part of the activity. Criticality combines the effect of a departure, how rare the profile is, the time to replace it and the horizon of the departure.",
    ),
    "kp.none": (
        "Ni la direction ni le diagnostiqueur n’ont décrit de poste clé. Dans une petite équipe, il vaut la peine de se demander : si telle fonction manquait trois mois, que deviendrait l’activité ?",
        "Neither the manager nor the diagnostician described a key post. In a small team it is worth asking: if this function were missing for three months, what would become of the activity?",
    ),
    "kp.table": ("Postes clés, du plus au moins critique", "Key posts, from the most to the least critical"),
    "kp.post": ("Poste", "Post"),
    "kp.horizon": ("Départ", "Departure"),
    "kp.impact": ("Effet (1–4)", "Effect (1–4)"),
    "kp.rarity": ("Rareté (1–4)", "Rarity (1–4)"),
    "kp.delay": ("Délai de remplacement", "Time to replace"),
    "kp.backups": ("Doublures", "Back-ups"),
    "kp.successor": ("Relève", "Successor"),
    "kp.criticality": ("Criticité", "Criticality"),
    "kp.note": (
        "Criticité de 0 à 100 : effet × rareté × délai × horizon, rapportés au maximum. La couleur aide à lire ; le mot et le nombre suffisent.",
        "Criticality from 0 to 100: effect × rarity × delay × horizon, relative to the maximum. Colour helps to read; the word and the number are enough.",
    ),
    "kp.months.one": ("{count} mois", "{count} month"),
    "kp.months.many": ("{count} mois", "{count} months"),
}
