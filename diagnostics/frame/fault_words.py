"""The words of every fault, by code: (cause fr, cause en), (remedy fr, remedy en); and how grave each is.

`{names}` are the fault's parameters. Codes are stable: tests, reports and the documentation cite them.
"""

Words = tuple[str, str]

_FILE_ERRORS: dict[str, tuple[Words, Words]] = {
    "file_empty": (
        ("Le fichier est vide.", "The file is empty."),
        (
            "Vérifiez l’export, puis envoyez le fichier qui contient les lignes.",
            "Check the export, then send the file that holds the rows.",
        ),
    ),
    "file_too_large": (
        (
            "Le fichier pèse {megabytes} Mo ; la limite est de {limit} Mo.",
            "The file weighs {megabytes} MB; the limit is {limit} MB.",
        ),
        (
            "Gardez les seules entreprises de la région, ou partagez le fichier.",
            "Keep only the firms of the region, or split the file.",
        ),
    ),
    "too_many_rows": (
        ("Le fichier compte plus de {limit} lignes.", "The file has more than {limit} rows."),
        (
            "Filtrez-le sur la région et la taille avant de l’importer, ou partagez-le.",
            "Filter it by region and size before importing, or split it.",
        ),
    ),
    "format_unknown": (
        (
            "Le contenu n’est ni du texte, ni un classeur Excel, ni du JSON ({what}).",
            "The content is neither text, nor an Excel workbook, nor JSON ({what}).",
        ),
        (
            "Exportez la liste en CSV, en XLSX ou en JSON, puis envoyez ce fichier.",
            "Export the list as CSV, XLSX or JSON, then send that file.",
        ),
    ),
    "format_convertible": (
        ("Le fichier est au format {what}, qui n’est pas lu ici.", "The file is in the {what} format, which is not read here."),
        (
            "Ouvrez-le dans votre tableur et enregistrez-le en XLSX ou en CSV (UTF-8).",
            "Open it in your spreadsheet and save it as XLSX or CSV (UTF-8).",
        ),
    ),
    "format_compressed": (
        ("Le fichier est compressé ({what}).", "The file is compressed ({what})."),
        (
            "Décompressez-le, puis envoyez le fichier CSV, XLSX ou JSON qu’il contient.",
            "Decompress it, then send the CSV, XLSX or JSON file inside.",
        ),
    ),
    "workbook_unreadable": (
        (
            "Le classeur Excel ne s’ouvre pas : il est abîmé ou protégé.",
            "The Excel workbook cannot be opened: it is damaged or protected.",
        ),
        (
            "Ouvrez-le dans votre tableur, retirez le mot de passe et enregistrez-le à nouveau.",
            "Open it in your spreadsheet, remove the password and save it again.",
        ),
    ),
    "workbook_too_large": (
        ("Le classeur Excel, décompressé, dépasse {limit} Mo.", "The Excel workbook, once decompressed, exceeds {limit} MB."),
        ("Enregistrez la feuille utile en CSV et envoyez ce fichier.", "Save the useful sheet as CSV and send that file."),
    ),
    "json_invalid": (
        ("Le JSON est mal formé vers la ligne {at}.", "The JSON is malformed near line {at}."),
        ("Enregistrez la réponse complète du service, sans la modifier.", "Save the complete answer of the service, unchanged."),
    ),
    "json_no_results": (
        ("Le JSON ne contient aucune liste d’entreprises (clé « results »).", "The JSON holds no list of firms (key “results”)."),
        (
            "Enregistrez la réponse de l’API Recherche d’entreprises telle quelle.",
            "Save the answer of the Recherche d’entreprises API as it is.",
        ),
    ),
    "no_header": (
        (
            "Aucun nom de colonne connu n’a été trouvé dans les {count} premières lignes.",
            "No known column name was found in the first {count} rows.",
        ),
        (
            "Mettez les noms de colonnes sur la première ligne : siret, nom, code_commune, naf, categorie_juridique, effectif… (modèle à télécharger).",
            "Put the column names on the first row: siret, name, commune_code, naf, legal_category, headcount… (a template can be downloaded).",
        ),
    ),
    "no_rows": (
        ("Le fichier n’a que ses titres de colonnes : aucune entreprise.", "The file has only its column names: no firm."),
        (
            "Vérifiez que l’export n’était pas filtré, puis envoyez-le à nouveau.",
            "Check that the export was not filtered, then send it again.",
        ),
    ),
    "column_missing": (
        ("Aucune colonne ne donne {what}.", "No column gives {what_en}."),
        ("Ajoutez une colonne « {example} ».", "Add a column “{example}”."),
    ),
    "units_only": (
        (
            "Ce fichier StockUniteLegale ne donne pas les adresses : aucune commune.",
            "This StockUniteLegale file gives no address: no commune.",
        ),
        (
            "Joignez-y StockEtablissement par le siren (au moins siret, codeCommuneEtablissement), ou ajoutez une colonne code_commune.",
            "Join StockEtablissement to it by siren (at least siret, codeCommuneEtablissement), or add a commune_code column.",
        ),
    ),
    "establishments_only": (
        ("Ce fichier StockEtablissement ne donne pas la forme juridique.", "This StockEtablissement file gives no legal form."),
        (
            "Joignez-y StockUniteLegale par le siren (au moins denominationUniteLegale et categorieJuridiqueUniteLegale).",
            "Join StockUniteLegale to it by siren (at least denominationUniteLegale and categorieJuridiqueUniteLegale).",
        ),
    ),
}
_ROW_ERRORS: dict[str, tuple[Words, Words]] = {
    "nul_byte": (
        (
            "La ligne contient un caractère nul (octet 0) : le fichier est abîmé à cet endroit.",
            "The row holds a null character (byte 0): the file is damaged there.",
        ),
        (
            "Ouvrez le fichier dans un tableur, corrigez la ligne et exportez-le à nouveau.",
            "Open the file in a spreadsheet, correct the row and export it again.",
        ),
    ),
    "quote_unclosed": (
        ("Un guillemet ouvert sur cette ligne n’est jamais refermé.", "A quotation mark opened on this row is never closed."),
        (
            "Refermez le guillemet, ou doublez-le s’il fait partie du texte.",
            "Close the quotation mark, or double it if it belongs to the text.",
        ),
    ),
    "row_long": (
        ("La ligne a {found} cellules pour {expected} colonnes.", "The row has {found} cells for {expected} columns."),
        (
            "Un séparateur se trouve sans doute dans un texte : mettez ce texte entre guillemets.",
            "A separator probably stands inside a text: put that text between quotation marks.",
        ),
    ),
    "cell_long": (
        (
            "La cellule compte {count} caractères ; la limite est de {limit}.",
            "The cell has {count} characters; the limit is {limit}.",
        ),
        (
            "Raccourcissez-la ; si plusieurs lignes y sont collées, vérifiez les guillemets.",
            "Shorten it; if several rows are stuck in it, check the quotation marks.",
        ),
    ),
    "siret_missing": (
        ("Le SIRET manque.", "The SIRET is missing."),
        (
            "Indiquez les 14 chiffres de l’établissement (annuaire-entreprises.data.gouv.fr).",
            "Give the establishment’s 14 digits (annuaire-entreprises.data.gouv.fr).",
        ),
    ),
    "siret_scientific": (
        (
            "« {value} » : le tableur a arrondi le SIRET en notation scientifique ; ses derniers chiffres sont perdus.",
            "“{value}”: the spreadsheet rounded the SIRET to scientific notation; its last digits are lost.",
        ),
        (
            "Repartez du fichier d’origine : importez la colonne comme du Texte (ou format « 0 »), puis exportez.",
            "Go back to the original file: import the column as Text (or format “0”), then export.",
        ),
    ),
    "siret_is_siren": (
        (
            "« {value} » est un SIREN (9 chiffres) : il désigne l’entreprise, pas l’établissement.",
            "“{value}” is a SIREN (9 digits): it names the firm, not the establishment.",
        ),
        (
            "Indiquez le SIRET du siège, en 14 chiffres, ou ajoutez une colonne nic.",
            "Give the head office’s SIRET, in 14 digits, or add a nic column.",
        ),
    ),
    "siret_length": (
        ("« {value} » compte {count} chiffres au lieu de 14.", "“{value}” has {count} digits instead of 14."),
        (
            "Retrouvez le SIRET complet ; un zéro de tête s’est peut-être perdu dans le tableur.",
            "Find the complete SIRET; a leading zero may have been lost in the spreadsheet.",
        ),
    ),
    "siret_characters": (
        ("« {value} » contient autre chose que des chiffres.", "“{value}” holds something else than digits."),
        ("Gardez les seuls 14 chiffres.", "Keep the 14 digits only."),
    ),
    "siret_checksum": (
        ("« {value} » n’est pas un SIRET : sa clé de contrôle est fausse.", "“{value}” is no SIRET: its check digit is wrong."),
        (
            "Un chiffre est faux ou deux sont inversés : vérifiez-le dans l’annuaire des entreprises.",
            "One digit is wrong or two are swapped: check it in the register of firms.",
        ),
    ),
    "siret_siren_mismatch": (
        (
            "Le SIRET {siret} n’est pas un établissement du SIREN {siren} de la même ligne.",
            "SIRET {siret} is no establishment of the SIREN {siren} on the same row.",
        ),
        ("Vérifiez laquelle des deux colonnes est juste.", "Check which of the two columns is right."),
    ),
    "duplicate_differs": (
        (
            "Ce SIRET est déjà à la ligne {first}, avec d’autres valeurs ({columns}).",
            "This SIRET already stands on line {first}, with other values ({columns_en}).",
        ),
        ("Gardez une seule des deux lignes, la plus récente.", "Keep only one of the two rows, the more recent."),
    ),
    "name_missing": (
        ("Le nom de l’entreprise manque.", "The firm’s name is missing."),
        ("Indiquez la dénomination.", "Give its name."),
    ),
    "name_long": (
        ("Le nom compte {count} caractères ; la limite est de {limit}.", "The name has {count} characters; the limit is {limit}."),
        (
            "Raccourcissez-le ; un nom si long vient souvent d’une ligne mal découpée.",
            "Shorten it; so long a name often comes from a badly split row.",
        ),
    ),
    "commune_missing": (
        ("La commune manque.", "The commune is missing."),
        (
            "Indiquez le code Insee de la commune, ou son nom et son code postal.",
            "Give the commune’s Insee code, or its name and postcode.",
        ),
    ),
    "commune_unknown": (
        (
            "La commune « {value} » n’existe pas dans la région (liste de 2026).",
            "The commune “{value}” does not exist in the region (list of 2026).",
        ),
        ("Vérifiez le code ou le nom{hint}.", "Check the code or the name{hint_en}."),
    ),
    "commune_ambiguous": (
        ("« {value} » peut désigner plusieurs communes : {candidates}.", "“{value}” may name several communes: {candidates}."),
        ("Indiquez le code Insee de la commune.", "Give the commune’s Insee code."),
    ),
    "commune_postcode_mismatch": (
        (
            "La commune « {value} » n’est pas dans le département du code postal {postcode}.",
            "The commune “{value}” is not in the département of postcode {postcode}.",
        ),
        ("Vérifiez lequel des deux est juste.", "Check which of the two is right."),
    ),
    "naf_missing": (
        ("Le code NAF manque.", "The NAF code is missing."),
        ("Indiquez le code NAF (88.10A), ou ajoutez une colonne secteur.", "Give the NAF code (88.10A), or add a sector column."),
    ),
    "naf_unknown": (
        (
            "« {value} » n’est un code ni de la NAF rév. 2 ni de la NAF 2025.",
            "“{value}” is a code neither of NAF rev. 2 nor of NAF 2025.",
        ),
        (
            "Vérifiez le code : quatre chiffres et une lettre, avec ou sans point{hint}.",
            "Check the code: four digits and a letter, with or without a point{hint_en}.",
        ),
    ),
    "naf_old": (
        ("« {value} » est un code d’une ancienne NAF (avant 2008).", "“{value}” is a code of an old NAF (before 2008)."),
        (
            "Remplacez-le par le code actuel de l’annuaire des entreprises.",
            "Replace it with the present code from the register of firms.",
        ),
    ),
    "sector_unknown": (
        ("« {value} » n’est pas un des 15 secteurs de l’étude.", "“{value}” is not one of the study’s 15 sectors."),
        ("Utilisez un de ces codes : {codes}.", "Use one of these codes: {codes}."),
    ),
    "family_missing": (
        (
            "Ni la catégorie juridique ni la famille de l’ESS n’est indiquée.",
            "Neither the legal category nor the ESS family is given.",
        ),
        (
            "Indiquez la catégorie juridique (9220 pour une association déclarée) ou la famille.",
            "Give the legal category (9220 for a declared association) or the family.",
        ),
    ),
    "family_unknown": (
        ("« {value} » n’est pas une des neuf familles de l’étude.", "“{value}” is not one of the study’s nine families."),
        ("Utilisez un de ces codes : {codes}.", "Use one of these codes: {codes}."),
    ),
    "legal_category_unknown": (
        ("« {value} » n’est pas une catégorie juridique de l’Insee.", "“{value}” is no legal category of Insee."),
        ("Vérifiez le code, en quatre chiffres (9220, 5458…).", "Check the code, in four digits (9220, 5458…)."),
    ),
    "size_missing": (
        ("Ni la tranche d’effectif ni l’effectif n’est indiqué.", "Neither the headcount band nor the headcount is given."),
        (
            "Indiquez la tranche Sirene (03 pour 6 à 9 salariés) ou le nombre de salariés.",
            "Give the Sirene band (03 for 6 to 9 employees) or the number of employees.",
        ),
    ),
    "headcount_invalid": (
        ("« {value} » n’est pas un nombre de salariés.", "“{value}” is not a number of employees."),
        (
            "Indiquez un nombre entier de personnes (pas d’équivalents temps plein), positif ou nul.",
            "Give a whole number of people (no full-time equivalents), zero or more.",
        ),
    ),
    "band_unknown": (
        ("« {value} » n’est pas une tranche d’effectif de Sirene.", "“{value}” is no headcount band of Sirene."),
        (
            "Utilisez un code : 02 (3 à 5), 03 (6 à 9), 11 (10 à 19), 12 (20 à 49).",
            "Use a code: 02 (3 to 5), 03 (6 to 9), 11 (10 to 19), 12 (20 to 49).",
        ),
    ),
}
_LEFT_OUT: dict[str, tuple[Words, Words]] = {
    "duplicate_same": (
        (
            "Ce SIRET est déjà à la ligne {first}, avec les mêmes valeurs.",
            "This SIRET already stands on line {first}, with the same values.",
        ),
        ("Rien à faire : la première ligne suffit.", "Nothing to do: the first row is enough."),
    ),
    "closed": (
        ("L’établissement ou l’entreprise est fermé au répertoire.", "The establishment or the firm is closed in the register."),
        (
            "Retirez la ligne, ou cherchez le nouvel établissement du même SIREN.",
            "Remove the row, or look for the new establishment of the same SIREN.",
        ),
    ),
    "closed_in_panel": (
        (
            "Cette entreprise est déjà dans la base et le fichier la dit fermée.",
            "This firm is already in the frame and the file says that it is closed.",
        ),
        (
            "Vérifiez-le, puis excluez-la sur sa fiche ou notez son dossier hors champ.",
            "Check it, then exclude it on its card or note its dossier out of scope.",
        ),
    ),
    "not_employer": (
        ("L’entreprise n’emploie personne d’après le répertoire.", "The firm employs nobody according to the register."),
        (
            "Si elle emploie aujourd’hui, indiquez son effectif dans une colonne effectif et « O » comme caractère employeur.",
            "If it employs today, give its headcount in a headcount column and “O” as employer.",
        ),
    ),
    "too_small": (
        ("{size} : l’étude porte sur 3 à 50 salariés.", "{size}: the study covers 3 to 50 employees."),
        (
            "Si l’effectif a changé, indiquez l’effectif actuel dans une colonne effectif.",
            "If it has changed, give the present number in a headcount column.",
        ),
    ),
    "too_large": (
        ("{size} : l’étude porte sur 3 à 50 salariés.", "{size}: the study covers 3 to 50 employees."),
        (
            "Si l’effectif a changé, ou vaut 50 tout juste, indiquez-le dans une colonne effectif.",
            "If it has changed, or is 50 exactly, give it in a headcount column.",
        ),
    ),
    "out_of_region": (
        ("{place} n’est pas en Provence-Alpes-Côte d’Azur.", "{place} is not in Provence-Alpes-Côte d’Azur."),
        (
            "Rien à faire si c’est exact ; sinon corrigez la commune.",
            "Nothing to do if that is right; otherwise correct the commune.",
        ),
    ),
    "not_ess": (
        (
            "La catégorie juridique {value} n’est pas de l’ESS et Sirene ne signale pas l’entreprise comme telle.",
            "Legal category {value} is not of the ESS and Sirene does not mark the firm as such.",
        ),
        (
            "Si elle en est (agrément ESUS, mention au registre), indiquez « O » dans la colonne ess, ou amendez la table des familles.",
            "If it is (ESUS approval, entry in the register), put “O” in the ess column, or amend the table of families.",
        ),
    ),
    "activity_out_of_scope": (
        (
            "L’activité {value} est hors du champ de l’ESS (table des secteurs, proposition).",
            "Activity {value} is outside the ESS (table of sectors, a proposal).",
        ),
        (
            "Si elle doit compter, amendez la table des secteurs puis relancez l’import.",
            "If it should count, amend the table of sectors, then import again.",
        ),
    ),
    "not_diffusible": (
        ("L’entreprise s’est opposée à la diffusion de ses données.", "The firm has objected to the publication of its data."),
        (
            "Elle n’est pas importée : ses données ne peuvent pas servir à un sondage.",
            "It is not imported: its data may not be used for a survey.",
        ),
    ),
    "natural_person": (
        ("La ligne désigne une personne physique (entrepreneur individuel).", "The row names a natural person (sole trader)."),
        (
            "Elle n’est pas importée, et rien d’elle n’est gardé : l’étude porte sur des personnes morales.",
            "It is not imported and nothing of it is kept: the study covers legal persons.",
        ),
    ),
    "excluded_by_hand": (
        ("La coordination a exclu cette entreprise du tirage.", "The coordination has excluded this firm from the draw."),
        (
            "Rien à faire ; pour la reprendre, réintégrez-la sur sa fiche.",
            "Nothing to do; to take it back, readmit it on its card.",
        ),
    ),
}
_WARNINGS: dict[str, tuple[Words, Words]] = {
    "same_file": (
        ("Ce fichier a déjà été importé le {day}.", "This file was already imported on {day}."),
        (
            "Vérifiez que ce n’est pas une erreur ; ce qui est identique ne change rien.",
            "Check that this is no mistake; what is identical changes nothing.",
        ),
    ),
    "file_partial": (
        (
            "La réponse contient {found} entreprises sur {total} : les autres pages manquent.",
            "The answer holds {found} firms out of {total}: the other pages are missing.",
        ),
        (
            "Enregistrez aussi les pages suivantes (paramètre page) et importez-les.",
            "Save the following pages too (parameter page) and import them.",
        ),
    ),
    "encoding_mixed": (
        (
            "La ligne contient des caractères illisibles : le fichier mêle deux encodages.",
            "The row holds unreadable characters: the file mixes two encodings.",
        ),
        (
            "Vérifiez les accents de cette ligne ; exportez de préférence en UTF-8.",
            "Check this row’s accents; preferably export as UTF-8.",
        ),
    ),
    "text_damaged": (
        ("« {value} » : les accents sont abîmés.", "“{value}”: the accents are damaged."),
        ("Exportez à nouveau le fichier d’origine en UTF-8.", "Export the original file again as UTF-8."),
    ),
    "column_twice": (
        (
            "Deux colonnes donnent la même chose ({what}) ; la première remplie est lue.",
            "Two columns give the same thing ({what}); the first one filled in is read.",
        ),
        ("Supprimez celle qui ne sert pas.", "Delete the one that is not needed."),
    ),
    "row_short": (
        ("La ligne n’a que {found} cellules pour {expected} colonnes.", "The row has only {found} cells for {expected} columns."),
        (
            "Vérifiez qu’aucune valeur n’est décalée ni coupée par un retour à la ligne.",
            "Check that no value is shifted or cut by a line break.",
        ),
    ),
    "siret_zero_restored": (
        ("Le SIRET avait perdu son zéro de tête : lu {siret}.", "The SIRET had lost its leading zero: read as {siret}."),
        (
            "Vérifiez-le ; gardez la colonne au format Texte dans le tableur.",
            "Check it; keep the column as Text in the spreadsheet.",
        ),
    ),
    "same_siren": (
        (
            "Un autre établissement de la même entreprise est à la ligne {first}.",
            "Another establishment of the same firm stands on line {first}.",
        ),
        (
            "Si le diagnostic porte sur l’entreprise entière, gardez le siège seul.",
            "If the diagnosis covers the whole firm, keep the head office only.",
        ),
    ),
    "same_siren_in_panel": (
        (
            "Un autre établissement de la même entreprise est déjà dans la base ({siret}).",
            "Another establishment of the same firm is already in the frame ({siret}).",
        ),
        ("S’il a déménagé, excluez l’ancien sur sa fiche.", "If it has moved, exclude the old one on its card."),
    ),
    "commune_renamed": (
        ("{value} ({kind}) fait maintenant partie de {current}.", "{value} ({kind}) is now part of {current}."),
        ("Rien à faire : la commune actuelle est retenue.", "Nothing to do: the present commune is used."),
    ),
    "commune_guessed": (
        ("La commune est déduite du code postal {value} : {current}.", "The commune is inferred from postcode {value}: {current}."),
        ("Vérifiez-la ; le code Insee de la commune est plus sûr.", "Check it; the commune’s Insee code is safer."),
    ),
    "legal_category_changed": (
        (
            "{value} n’existe plus dans la nomenclature : lue comme {current}.",
            "{value} no longer exists in the classification: read as {current}.",
        ),
        ("Mettez la catégorie juridique à jour.", "Update the legal category."),
    ),
    "ess_doubtful": (
        (
            "Sirene ne compte pas cette entreprise dans l’ESS (« N »), alors que sa catégorie juridique {value} en relève.",
            "Sirene does not count this firm in the ESS (“N”), although its legal category {value} belongs to it.",
        ),
        (
            "Elle est gardée : vérifiez son activité, excluez-la sur sa fiche si besoin.",
            "It is kept: check its activity, exclude it on its card if needed.",
        ),
    ),
    "family_to_confirm": (
        (
            "La famille de la catégorie juridique {value} est à confirmer (proposition peu sûre).",
            "The family of legal category {value} is to be confirmed (an uncertain proposal).",
        ),
        (
            "Vérifiez-la sur la fiche de l’entreprise, ou amendez la table des familles.",
            "Check it on the firm’s card, or amend the table of families.",
        ),
    ),
    "state_unknown": (
        (
            "« {value} » ne dit pas si l’entreprise est ouverte ou fermée.",
            "“{value}” does not say whether the firm is open or closed.",
        ),
        (
            "Utilisez A (active), F ou C (fermée). La ligne est lue comme ouverte.",
            "Use A (active), F or C (closed). The row is read as open.",
        ),
    ),
    "headcount_band_differ": (
        ("L’effectif {headcount} ne tient pas dans la tranche {band}.", "Headcount {headcount} does not fit band {band}."),
        ("L’effectif est retenu ; vérifiez lequel est le plus récent.", "The headcount is used; check which is more recent."),
    ),
    "email_invalid": (
        ("« {value} » n’est pas une adresse électronique.", "“{value}” is not an e-mail address."),
        (
            "L’adresse n’est pas reprise : corrigez-la ici ou sur la fiche.",
            "The address is not taken: correct it here or on the card.",
        ),
    ),
    "phone_invalid": (
        ("« {value} » n’est pas un numéro de téléphone.", "“{value}” is not a telephone number."),
        (
            "Le numéro n’est pas repris : corrigez-le ici ou sur la fiche.",
            "The number is not taken: correct it here or on the card.",
        ),
    ),
    "idcc_invalid": (
        (
            "« {value} » n’est pas un numéro de convention collective (IDCC).",
            "“{value}” is not the number of a collective agreement (IDCC).",
        ),
        (
            "Il n’est pas repris : indiquez un numéro de un à quatre chiffres.",
            "It is not taken: give a number of one to four digits.",
        ),
    ),
    "conflict": (
        (
            "Le fichier contredit la base ({columns}) sur ce que quelqu’un a corrigé ou dont dépend le tirage.",
            "The file contradicts the frame ({columns_en}) on what somebody corrected or the draw depends on.",
        ),
        ("Sans votre accord, la valeur de la base est gardée.", "Unless you agree, the value in the frame is kept."),
    ),
}

FAULT_WORDS: dict[str, tuple[Words, Words]] = {**_FILE_ERRORS, **_ROW_ERRORS, **_LEFT_OUT, **_WARNINGS}
CATALOGUE: dict[str, str] = {
    **dict.fromkeys([*_FILE_ERRORS, *_ROW_ERRORS], "error"),
    **dict.fromkeys(_LEFT_OUT, "left_out"),
    **dict.fromkeys(_WARNINGS, "warning"),
}
FILE_CODES = frozenset(_FILE_ERRORS)
