"""What is no workbook, or a hostile one, is refused by name before anything in it is parsed; what can be read is read.

1. Other files. 2. Archives that unfold. 3. Damaged and odd workbooks. 4. Cells as spreadsheets write them.
"""

import csv
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO, StringIO

import pytest
from openpyxl import Workbook as Book
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from questionnaires.containers import LARGEST_FILE
from questionnaires.grids import MOST_ROWS
from tests.questionnaires.workbooks import CHOICES, SETTINGS, SURVEY, asked, codes, places, read, saved, with_parts, xlsx


def archive(parts: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return content.getvalue()


def table() -> bytes:
    text = StringIO()
    csv.writer(text).writerows(SURVEY)
    return text.getvalue().encode()


# --- 1. other files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t", "file_empty"),
        (b"\x00" * 500, "file_empty"),
        (b"x" * (LARGEST_FILE + 1), "file_too_large"),
        (table(), "csv_as_workbook"),
        ("nom;type\né;integer\n".encode("latin-1"), "csv_as_workbook"),
        ("type\tname\ninteger\ta\n".encode("utf-16"), "csv_as_workbook"),
        (b"Bonjour, voici le questionnaire.", "csv_as_workbook"),
        (b"Bonjour voici le questionnaire.", "not_a_workbook"),
        (b"%PDF-1.7 ...", "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n....", "not_a_workbook"),
        (b"<html><table><tr><td>type</td></tr></table></html>", "format_convertible"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "format_convertible"),
        (b'<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms"/>', "not_a_workbook"),
        (bytes(range(256)) * 4, "not_a_workbook"),
        (archive({"a.txt": b"a"}), "not_a_workbook"),
        (archive({"word/document.xml": b"<a/>"}), "not_a_workbook"),
        (archive({"xl/workbook.bin": b"a"}), "format_convertible"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}), "format_convertible"),
        (archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}), "not_a_workbook"),
        (archive({"Index/Document.iwa": b"a"}), "format_convertible"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512 + "WordDocument".encode("utf-16-le"), "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x07" * 2048, "workbook_unreadable"),
        (b"PK\x03\x04 and then nothing", "workbook_unreadable"),
        (archive({"xl/workbook.xml": b"<workbook>"}), "workbook_unreadable"),
        (archive({"xl/workbook.xml": b"not xml"}), "workbook_unreadable"),
        (archive({"xl/workbook.xml": b"<workbook/>"}), "sheet_missing"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_by_name(data: bytes, code: str) -> None:
    found = read(data, "questionnaire.xlsx")
    assert codes(found) - {"old_excel"} == {code}
    assert (found.sheets, found.questionnaire) == ({}, None)
    assert found.faults[-1].remedy.fr


def test_an_old_workbook_under_a_new_name_is_read_and_said() -> None:
    with open("tests/data/forms/px_table_list.xls", "rb") as file:  # noqa: PTH123 (plain bytes)
        data = file.read()
    assert places(read(data, "form.xlsx"))[0] == ("old_excel", "", 0, "")
    assert "old_excel" not in codes(read(data, "form.xls"))
    assert read(data, "form.xlsx").sheets["survey"][1]["name"] == "table_list_test2"


def test_a_workbook_under_an_old_name_is_read_and_said() -> None:
    found = read(xlsx(), "form.xls")
    assert codes(found) == {"name_and_content"}
    assert found.questionnaire is not None


def test_macros_are_left_out_and_said() -> None:
    data = with_parts(xlsx(), lambda parts: parts.update({"xl/vbaProject.bin": b"macro"}))
    found = read(data, "form.xlsm")
    assert codes(found) == {"macros_ignored"}
    assert found.questionnaire is not None


# --- 2. archives that unfold ----------------------------------------------------------------------------------------------


def replaced(name: str, part: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: part})


def entities(parts: dict[str, bytes]) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    strings = f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "lol">{laughs}]><sst><si><t>&l9;</t></si></sst>'
    parts["xl/sharedStrings.xml"] = strings.encode()


def outside(parts: dict[str, bytes]) -> None:
    parts["xl/sharedStrings.xml"] = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst><si><t>&x;</t></si></sst>'


def outside_utf16(parts: dict[str, bytes]) -> None:
    parts["xl/sharedStrings.xml"] = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE sst [<!ENTITY x "y">]><sst/>'.encode("utf-16")


def crowded(parts: dict[str, bytes]) -> None:
    parts.update({f"xl/media/{number}.bin": b"" for number in range(3000)})


def wide(parts: dict[str, bytes]) -> None:
    rows = b'<row r="%d"><c r="A1"/><c/><c/><c/><c/></row>'
    parts["xl/worksheets/sheet1.xml"] = (
        b"<worksheet><sheetData>" + b"".join(rows % n for n in range(1, 200_000)) + b"</sheetData></worksheet>"
    )


def nested(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = b"<a>" * 5000 + b"</a>" * 5000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (replaced("xl/worksheets/sheet1.xml", b" " * 60_000_000), "workbook_bomb"),
        (replaced("xl/media/image.bin", b"\x00" * 30_000_000), "workbook_bomb"),
        (crowded, "workbook_bomb"),
        (entities, "workbook_unsafe"),
        (outside, "workbook_unsafe"),
        (outside_utf16, "workbook_unsafe"),
        (wide, "workbook_heavy"),
        (nested, "workbook_heavy"),
        (replaced("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "workbook_unreadable"),
        (replaced("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>99999</v></c></row></sheetData></worksheet>'), "workbook_unreadable"),
        (replaced("xl/worksheets/sheet1.xml", b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>-x</v></c></row></sheetData></worksheet>'), "workbook_unreadable"),
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused_quickly_and_in_little_room(change: Callable[[dict[str, bytes]], None], code: str) -> None:
    data = with_parts(xlsx(), change)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = read(data)
    assert codes(found) == {code}
    assert time.monotonic() - start < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # Kilobytes.


def test_a_size_that_lies_gives_no_more_than_it_says() -> None:
    """An entry that says ten bytes and holds thirty millions is read to ten, and is damaged."""
    data = bytearray(with_parts(xlsx(), replaced("xl/worksheets/sheet1.xml", b"<worksheet/>" + b" " * 30_000_000)))
    central = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[central + 24 : central + 28] = struct.pack("<L", 10)
    assert codes(read(bytes(data))) == {"workbook_unreadable"}


def test_two_entries_of_one_name_are_refused() -> None:
    content = BytesIO(xlsx())
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(content, "a") as file:
        file.writestr("xl/workbook.xml", b"<workbook/>")
    assert codes(read(content.getvalue())) == {"workbook_unsafe"}


def test_an_entry_under_a_password_is_refused() -> None:
    data = bytearray(xlsx())
    central = data.rindex(b"PK\x01\x02", 0, data.rindex(b"xl/worksheets/sheet1.xml"))
    data[central + 8] |= 1
    assert codes(read(bytes(data))) == {"workbook_encrypted"}


# --- 3. odd workbooks -----------------------------------------------------------------------------------------------------


def sheet_of(rows: str) -> Callable[[dict[str, bytes]], None]:
    """A survey written by hand: inline texts, at whatever place they say."""
    return replaced(
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'.encode(),
    )  # fmt: skip


def inline(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{inline("A1", "type")}{inline("B1", "name")}{inline("C1", "label")}</row>'
QUESTION = f'<row r="2">{inline("A2", "integer")}{inline("B2", "a")}{inline("C2", "A")}</row>'


def test_a_sheet_that_claims_a_million_rows_costs_what_it_holds() -> None:
    stray = '<row r="1048576"><c r="A1048576" s="0"/></row>'
    start = time.monotonic()
    found = read(with_parts(xlsx(), sheet_of(HEADER + QUESTION + stray)))
    assert found.questionnaire is not None
    assert time.monotonic() - start < 2


def test_what_stands_beyond_the_last_row_or_column_is_said() -> None:
    far = f'<row r="1048576">{inline("A1048576", "integer")}</row>'
    assert "too_many_lines" in codes(read(with_parts(xlsx(), sheet_of(HEADER + QUESTION + far))))
    wide = f'<row r="3">{inline("XFD3", "note")}</row>'
    assert ("too_many_columns", "survey", 3, "") in places(read(with_parts(xlsx(), sheet_of(HEADER + QUESTION + wide))))


def test_cells_that_do_not_say_their_place_follow_the_one_before() -> None:
    row = "<row>" + "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("integer", "b", "B")) + "</row>"
    found = read(with_parts(xlsx(), sheet_of(HEADER + QUESTION + row)))
    assert found.questionnaire is not None
    assert [row["name"] for row in found.sheets["survey"]] == ["a", "b"]


def test_a_long_form_is_cut_where_it_says() -> None:
    rows = [("type", "name", "label"), *[("note", f"n{number}", "N") for number in range(MOST_ROWS + 10)]]
    assert ("too_many_lines", "survey", MOST_ROWS + 1, "") in places(read(xlsx(survey=rows)))


def test_a_lone_sheet_is_the_survey() -> None:
    found = read(xlsx(survey=None, choices=None, settings=None, Feuil1=[("type", "name", "label"), ("integer", "a", "A")]))
    assert "lone_sheet" in codes(found)
    assert found.questionnaire is not None


# --- 4. cells -------------------------------------------------------------------------------------------------------------


def test_cells_are_read_as_their_author_sees_them() -> None:
    book = Book()
    survey = book.worksheets[0]
    survey.title = "Survey "
    for row in (
        ("type", " Name ", "LABEL", "required", "bind::diag:max_length", "calculation", "constraint"),
        ("begin group", "S1", CellRichText("Une ", TextBlock(InlineFont(b=True), "partie")), None, None, None, None),
        (" select_one\u00a0yes_no ", "a\u200b", 2026.0, True, 12.0, None, None),
        ("text", "b", date(2026, 11, 24), False, 80, None, ".\u00a0!=\u202f'x'"),
        ("calculate", "c", "Libelle\u0301", None, None, 0.1 + 0.2, None),
        ("end group", None, None, None, None, None, None),
    ):
        survey.append(list(row))
    for title, rows in (
        ("choices", [("list_name", "name", "label"), ("yes_no", 1.0, "Oui"), ("yes_no", 0, "Non")]),
        ("settings", SETTINGS),
    ):
        sheet = book.create_sheet(title)
        for cells in rows:
            sheet.append(list(cells))
    found = read(saved(book))
    assert found.questionnaire is not None, found.errors
    a, b, c = found.questionnaire.section("S1").questions
    assert (found.questionnaire.section("S1").title.fr, a.label.fr, b.label.fr, c.label.fr) == (
        "Une partie",
        "2026",
        "2026-11-24",
        "Libell\u00e9",
    )
    assert (a.name, a.choices, a.required, b.required, a.max_length, c.calculation_source) == (
        "a",
        "yes_no",
        True,
        False,
        12,
        "0.3",
    )
    assert [choice.code for choice in found.questionnaire.choices("yes_no")] == ["1", "0"]
    assert b.checks[0].source == ". != 'x'"


def test_dates_where_a_text_is_meant_are_said() -> None:
    found = read(xlsx(settings=[SETTINGS[0], ("Petit", "small", date(2026, 1, 1))]))
    assert ("date_cell", "settings", 2, "C") in places(found)
    choices = [CHOICES[0], ("yes_no", date(2026, 1, 2), "Oui", "Yes")]
    assert ("date_cell", "choices", 2, "B") in places(read(xlsx(choices=choices)))


def test_saved_results_of_formulas_are_read() -> None:
    formula = '<c r="B2" t="str"><f>CONCATENATE("a","b")</f><v>ab</v></c>'
    row = f'<row r="2">{inline("A2", "integer")}{formula}{inline("C2", "A")}</row>'
    found = read(with_parts(xlsx(), sheet_of(HEADER + row)))
    assert found.questionnaire is not None
    assert found.questionnaire.question("ab").label.fr == "A"


# --- 5. long forms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            [{"type": "integer", "name": f"q{n}", "relevant": f"${{q{(n + 1) % 2000}}} > 0"} for n in range(2000)],
            "circular_reference",
        ),
        (
            [{"type": "integer", "name": f"question_{n}", "relevant": f"${{qestion_{n}}} > 0"} for n in range(2000)],
            "unknown_reference",
        ),
        ([{"type": "begin group", "name": f"g{n}", "relevant": "1 = 1"} for n in range(600)], "too_nested"),
        (
            [
                {"type": "calculate", "name": f"q{n}", "calculation": " + ".join(str(n * k) for k in range(4000))}
                for n in range(140)
            ],
            "too_much_text",
        ),
    ],
    ids=["a long circle", "many unknown names", "many groups", "much text"],
)
def test_a_long_form_is_judged_in_bounded_time(rows: list[dict[str, str]], code: str) -> None:
    data = asked(*rows)
    start = time.process_time()
    assert code in codes(read(data))
    assert time.process_time() - start < 8
