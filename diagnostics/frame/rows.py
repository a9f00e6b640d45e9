"""One row to one firm: every check of the study on it, and all its faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from diagnostics.frame import labels, values
from diagnostics.frame.columns import Columns, Field
from diagnostics.frame.faults import Fault, Severity, fault
from diagnostics.frame.identity import identify
from diagnostics.frame.known import Entry, Judged, KnownFirm, Outcome, changes, contested
from diagnostics.frame.places import locate
from diagnostics.frame.sheets import Row
from diagnostics.frame.tables import FAMILIES, LARGEST, OUT, SECTORS, SMALLEST, Tables, size_class
from diagnostics.frame.text import clean, damaged

LONGEST_NAME = 250
LONGEST_ADDRESS = 250
LONGEST_CONTACT = 120
# Sirene writes this where a firm has objected to the publication of a value.
_HIDDEN = "[ND]"
# What is written as a number is one; anything else in the column may be the words or the code of a band.
_NUMBER = re.compile(r"-?[\d\s.,]+")
_PRIVATE = frozenset({"natural_person", "not_diffusible"})


@dataclass
class Reader:
    """What all the rows of a file share."""

    tables: Tables
    columns: Columns
    known: Mapping[str, KnownFirm]
    missing: frozenset[str] = frozenset()

    def judge(self, row: Row, *, spoilt: bool = False) -> Judged:
        """A row's entry and faults. Duplicates inside the file are for `reading`, which sees all the rows."""
        reading = _Row(self, row)
        reading.read()
        return reading.judged(spoilt=spoilt)


@dataclass
class _Row:
    reader: Reader
    row: Row
    faults: list[Fault] = field(default_factory=list)
    firm: dict[str, Any] = field(default_factory=dict)
    siret: str = ""

    def cell(self, *fields: Field) -> str:
        """The first filled cell of these fields."""
        for wanted in fields:
            for place in self.reader.columns.places.get(wanted, ()):
                text = clean(self.row.cells[place])
                if text and text != _HIDDEN:
                    return text
        return ""

    def cells(self, wanted: Field) -> list[str]:
        """Every filled cell of a field that several columns may give."""
        texts = (clean(self.row.cells[place]) for place in self.reader.columns.places.get(wanted, ()))
        return [text for text in texts if text and text != _HIDDEN]

    def tell(self, code: str, *fields: Field, **params: object) -> None:
        """Adds a fault at a column of this row."""
        self.faults.append(fault(code, self.row.line, self.reader.columns.name_of(*fields) if fields else "", **params))

    def lacks(self, code: str, *fields: Field) -> None:
        """Says that a value is missing, unless the whole column is (said once for the file) or the frame has it."""
        if code in self.reader.missing:
            return
        self.tell(code, *fields)

    @property
    def known(self) -> KnownFirm | None:
        """The firm of this SIRET that the frame holds."""
        return self.reader.known.get(self.siret)

    def has(self, name: str) -> bool:
        """Whether the frame already gives this value."""
        return self.known is not None and bool(self.known.values.get(name))

    def read(self) -> None:
        """Reads and checks everything; a row that may not be used at all is not read further."""
        if self._private():
            return
        identity = identify(
            self.cell(Field.SIRET),
            self.cell(Field.SIREN),
            self.cell(Field.NIC),
            line=self.row.line,
            column=self.reader.columns.name_of(Field.SIRET, Field.SIREN),
        )
        self.siret = identity.siret
        self.faults.extend(found for found in identity.faults if found.code not in self.reader.missing)
        if self.known is not None and self.known.excluded:
            self.tell("excluded_by_hand", Field.SIRET)
            return
        if self._closed() or not self._place():
            return
        self._name()
        self._size()
        self._agreement()
        self._family()
        self._sector()
        self._contact()

    def _private(self) -> bool:
        """A natural person, or a firm that objected: nothing of the row is kept."""
        category = self.cell(Field.LEGAL_CATEGORY)
        names_person = bool(self.cell(Field.SURNAME)) and not self.cell(Field.NAME)
        if names_person or (category[:1] == "1" and category.isdigit() and len(category) in {1, 2, 4}):
            self.tell("natural_person", Field.LEGAL_CATEGORY)
        elif not all(values.may_be_used(self.cell(wanted)) for wanted in (Field.DIFFUSION_UNIT, Field.DIFFUSION)):
            self.tell("not_diffusible", Field.DIFFUSION_UNIT, Field.DIFFUSION)
        return bool(self.faults)

    def _closed(self) -> bool:
        for wanted in (Field.STATE_UNIT, Field.STATE):
            text = self.cell(wanted)
            state = values.is_closed(text) if text else False
            if state is None:
                self.tell("state_unknown", wanted, value=text)
            elif state:
                self.tell("closed_in_panel" if self.known else "closed", wanted)
                return True
        return False

    def _place(self) -> bool:
        """Reads the commune; False when it lies outside the region."""
        found = locate(
            self.reader.tables,
            self.cell(Field.COMMUNE_CODE),
            self.cell(Field.COMMUNE),
            self.cell(Field.POSTCODE),
            line=self.row.line,
            columns=self.reader.columns,
        )
        self.faults.extend(found.faults)
        if any(told.code == "out_of_region" for told in found.faults):
            return False
        commune = found.commune
        if commune is None:
            if not found.faults and not self.has("commune_code"):
                self.lacks("commune_missing", Field.COMMUNE_CODE, Field.COMMUNE)
            return True
        self.firm |= {
            "commune_code": commune.code, "commune_name": commune.name, "departement": commune.departement,
            "arrondissement": commune.arrondissement, "epci": commune.epci, "epci_name": commune.epci_name,
            "zone_emploi": commune.zone_emploi, "zone_emploi_name": commune.zone_emploi_name, "postcode": found.postcode,
        }  # fmt: skip
        address = self.cell(Field.ADDRESS) or " ".join(
            part
            for part in (
                self.cell(wanted)
                for wanted in (Field.STREET_NUMBER, Field.STREET_REPEAT, Field.STREET_KIND, Field.STREET, Field.STREET_MORE)
            )
            if part
        )
        self.firm["address"] = address[:LONGEST_ADDRESS]
        return True

    def _name(self) -> None:
        name = self.cell(Field.NAME) or self.cell(Field.USUAL_NAME)
        if not name:
            if not self.has("name"):
                self.lacks("name_missing", Field.NAME)
            return
        if len(name) > LONGEST_NAME:
            self.tell("name_long", Field.NAME, count=len(name), limit=LONGEST_NAME)
        if damaged(name):
            self.tell("text_damaged", Field.NAME, value=name)
        self.firm["name"] = name

    def _band(self) -> str:
        """The band of the whole firm if it is given, else of the establishment; NN gives way to a band that counts somebody."""
        found = []
        for wanted in (Field.BAND_UNIT, Field.BAND):
            text = self.cell(wanted)
            code = values.band(self.reader.tables, text) if text else ""
            if code is None:
                self.tell("band_unknown", wanted, value=text)
            elif code:
                found.append(code)
        return next((code for code in found if code != "NN"), found[0] if found else "")

    def _headcount(self) -> tuple[int | None, str]:
        """The exact number if it is given; a band written in its column (« 3 à 5 salariés », « 03 ») is read as one."""
        text = self.cell(Field.HEADCOUNT)
        if not text:
            return None, ""
        coded = (text.startswith("0") and len(text) > 1) or not _NUMBER.fullmatch(text)
        written = values.band(self.reader.tables, text) if coded else None
        if written is not None:
            return None, written
        try:
            return values.headcount(text), ""
        except ValueError:
            self.tell("headcount_invalid", Field.HEADCOUNT, value=text)
            return None, ""

    def _size(self) -> None:
        before = len(self.faults)
        number, written = self._headcount()
        code = self._band() or written
        told = len(self.faults) > before
        employs = [answer for answer in (values.yes(text) for text in self.cells(Field.EMPLOYER)) if answer is not None]
        if not number and ((employs and not any(employs)) or (number is None and code == "NN")):
            self.tell("not_employer", Field.EMPLOYER, Field.BAND_UNIT, Field.BAND, Field.HEADCOUNT)
            return
        band = self.reader.tables.bands.get(code)
        if number is None and band is None:
            if not told and not self.has("size_class"):
                self.lacks("size_missing", Field.BAND_UNIT, Field.BAND, Field.HEADCOUNT)
            return
        least = number if number is not None else band.least if band else None
        if least is not None and least < SMALLEST:
            self._outside("too_small", number, code)
        elif (number or 0) > LARGEST or (number is None and band is not None and (band.most is None or band.most > LARGEST)):
            self._outside("too_large", number, code)
        elif number is not None and band is not None and not band.holds(number):
            self.tell("headcount_band_differ", Field.HEADCOUNT, headcount=number, band=f"{code} ({band.label})")
            code = ""
        self.firm |= {
            "headcount": number,
            "headcount_band": code or self.reader.tables.band_of(number),
            "size_class": size_class(least),
        }

    def _outside(self, code: str, number: int | None, band: str) -> None:
        size = (
            f"{number} salarié{'s' if number > 1 else ''}"
            if number is not None
            else self.reader.tables.bands[band].label.partition(" (")[0]
        )
        self.tell(code, Field.HEADCOUNT if number is not None else Field.BAND_UNIT, Field.BAND, size=size)

    def _agreement(self) -> None:
        text = self.cell(Field.IDCC)
        found = values.agreement(text)
        if found is None:
            self.tell("idcc_invalid", Field.IDCC, value=text)
        self.firm["idcc"] = found or ""

    def _family(self) -> None:
        tables = self.reader.tables
        text, stated = self.cell(Field.LEGAL_CATEGORY), self.cell(Field.FAMILY)
        code, withdrawn = values.legal_category(tables, text) if text else ("", "")
        if text and not code:
            self.tell("legal_category_unknown", Field.LEGAL_CATEGORY, value=text)
        if withdrawn:
            self.tell(
                "legal_category_changed", Field.LEGAL_CATEGORY, value=withdrawn, current=f"{code} ({tables.legal[code].label})"
            )
        family = values.family(stated) if stated else ""
        if stated and not family:
            self.tell("family_unknown", Field.FAMILY, value=stated, codes=", ".join(FAMILIES))
        if not text and not stated:
            if not self.has("family"):
                self.lacks("family_missing", Field.LEGAL_CATEGORY, Field.FAMILY)
            return
        self.firm["legal_category"] = code
        if family or not code:
            self.firm["family"] = family
            return
        self._family_of(code)

    def _family_of(self, code: str) -> None:
        tables = self.reader.tables
        line = tables.legal[code]
        ess = values.yes(self.cell(Field.ESS))
        family = tables.family(code, name=self.firm.get("name", ""), ess=ess)
        shown = f"{code} ({line.label})"
        if family == OUT:
            self.tell("not_ess", Field.LEGAL_CATEGORY, value=shown)
            return
        if ess is False:
            self.tell("ess_doubtful", Field.ESS, value=shown)
        elif line.confidence == "basse" and code not in tables.overrides.get("legal_category", {}):
            self.tell("family_to_confirm", Field.LEGAL_CATEGORY, value=shown)
        self.firm["family"] = family

    def _sector(self) -> None:
        tables = self.reader.tables
        stated = self.cell(Field.SECTOR)
        sector = values.sector(stated) if stated else ""
        if stated and not sector:
            self.tell("sector_unknown", Field.SECTOR, value=stated, codes=", ".join(SECTORS))
        given = [values.naf(text) for text in (*self.cells(Field.NAF), *self.cells(Field.NAF_UNIT), *self.cells(Field.NAF_2025))]
        code = next((text for text in given if text in tables.naf), "")
        if given and not code:
            self._naf_fault(given[0])
        if not given and not stated:
            if not self.has("sector"):
                self.lacks("naf_missing", Field.NAF, Field.NAF_UNIT, Field.SECTOR)
            return
        if code and not sector:
            found = tables.sector(code, legal_category=self.firm.get("legal_category", ""), idcc=self.firm.get("idcc", "")) or ""
            if found == OUT:
                self.tell("activity_out_of_scope", Field.NAF, Field.NAF_UNIT, value=f"{code} ({tables.naf[code].label})")
            sector = "" if found == OUT else found
        self.firm |= {"naf": code, "sector": sector}

    def _naf_fault(self, text: str) -> None:
        if values.is_old_naf(text):
            self.tell("naf_old", Field.NAF, Field.NAF_UNIT, value=text)
            return
        near = self.reader.tables.codes_of_class(text)[:6] if text[:2].isdigit() else []
        hint = f" ; dans la même classe : {', '.join(near)}" if near else ""
        hint_en = f"; in the same class: {', '.join(near)}" if near else ""
        self.tell("naf_unknown", Field.NAF, Field.NAF_UNIT, value=text, hint=hint, hint_en=hint_en)

    def _contact(self) -> None:
        self.firm["contact_name"] = self.cell(Field.CONTACT_NAME)[:LONGEST_CONTACT]
        for wanted, code, read in (
            (Field.CONTACT_EMAIL, "email_invalid", values.email),
            (Field.CONTACT_PHONE, "phone_invalid", values.phone),
        ):
            text = self.cell(wanted)
            found = read(text) if text else ""
            if found is None:
                self.tell(code, wanted, value=text)
            self.firm[wanted.value] = found or ""

    def judged(self, *, spoilt: bool) -> Judged:
        """What becomes of the row, once it is read."""
        codes = {told.code for told in self.faults}
        grave = {told.severity for told in self.faults}
        line = self.row.line
        if codes & _PRIVATE:
            return Judged(Entry(line, Outcome.OUT_OF_SCOPE), tuple(self.faults))
        if codes & {"closed", "closed_in_panel"}:
            return Judged(Entry(line, Outcome.CLOSED, self.siret), tuple(self.faults))
        if Severity.LEFT_OUT in grave:
            return Judged(Entry(line, Outcome.OUT_OF_SCOPE, self.siret), tuple(self.faults))
        if Severity.ERROR in grave or spoilt or not self.siret or not self._complete():
            return Judged(Entry(line, Outcome.FAULTY, self.siret), tuple(self.faults))
        return self._compared()

    def _complete(self) -> bool:
        """Whether the file and the frame together give all that a firm of the frame needs."""
        return all(self.firm.get(name) or self.has(name) for name in ("name", "commune_code", "sector", "family", "size_class"))

    def _compared(self) -> Judged:
        line, known = self.row.line, self.known
        if known is None:
            return Judged(Entry(line, Outcome.NEW, self.siret, self.firm), tuple(self.faults))
        found = changes(self.firm, known)
        if not found:
            return Judged(Entry(line, Outcome.IDENTICAL, self.siret, self.firm), tuple(self.faults))
        disputed = contested(found, known)
        if disputed:
            told = {"columns": labels.columns(disputed, "fr"), "columns_en": labels.columns(disputed, "en")}
            self.tell("conflict", Field.SIRET, **told)
        outcome = Outcome.CONFLICTING if disputed else Outcome.UPDATED
        return Judged(Entry(line, outcome, self.siret, self.firm, found, disputed), tuple(self.faults))
