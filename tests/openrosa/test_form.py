"""The form: valid for ODK, the same each time, and meaning in ODK's own engine what it means here."""

import shutil
import subprocess
from pathlib import Path

import pytest
from pyxform.validators import odk_validate

from diagnostics.db import Database
from questionnaires.catalogue import load, versions
from questionnaires.model import Questionnaire
from questionnaires.sheets import FRENCH, read_sheets
from questionnaires.xform import convert, to_xform
from tests.dossier import REFERENCE, held, value_of
from tests.openrosa.phone import Phone

ROOT = "/diagnostic-partage"
JAR = Path(odk_validate.ODK_VALIDATE_PATH)
java = pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
javac = pytest.mark.skipif(shutil.which("javac") is None, reason="the filler needs a Java compiler")


def validate(xml: str, folder: Path) -> None:
    file = folder / "form.xml"
    file.write_text(xml, encoding="utf-8")
    done = subprocess.run(
        ["java", "-Djava.awt.headless=true", "-jar", str(JAR), str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Xform is valid" in done.stdout + done.stderr


@java
@pytest.mark.parametrize("version", versions())
def test_odk_validate_accepts_every_shipped_version(version: str, tmp_path: Path) -> None:
    validate(to_xform(load(version)), tmp_path)


def odd() -> Questionnaire:
    """A questionnaire that nobody would write, and that the sheets accept all the same."""
    label = f"label::{FRENCH}"
    message = f"constraint_message::{FRENCH}"

    def row(kind: str, name: str, words: str = "x", **more: str) -> dict[str, str]:
        return {"type": kind, "name": name, label: words} | {
            (message if key == "message" else key): text for key, text in more.items()
        }

    survey = [
        row("begin group", "data", "Méta ${absent} <b>&amp; \x0b {{x}}"),
        row("text", "instanceID", "Nom « ${toto »"),
        row("integer", "eff"),
        row("integer", "EFF", constraint=". > ${eff}", message="non ' \" < &"),
        row("select_multiple odd", "sm", relevant="selected(${sm2}, 'é')"),
        row("select_one odd", "sm2", constraint='. != "it\'s"', message="m"),
        row("begin group", "mat") | {"bind::diag:rows": "odd", "bind::diag:across": "plain"},
        row("decimal", "cell", ""),
        row("end group", ""),
        row("begin repeat", "rep", relevant="${eff} > 0"),
        row("integer", "ra", relevant="${eff} > 1 and sum(${rz}) > 2"),
        row("integer", "rz"),
        row("calculate", "rc", "", calculation="${ra} * 2 + today()"),
        row("date", "rd", constraint=". > today() - 3 and year(.) > 2000", message="m"),
        row("end repeat", ""),
        row(
            "calculate",
            "c1",
            "",
            calculation="sum-where(${rep}, ${ra} > 1, ${rc}) + mean(${ra}) + count-non-empty(${ra}) + min(${ra}) + max(1, ${eff}) + sum(${eff}, 3)",
        ),
        row("calculate", "c2", "", calculation="lower-case(${instanceID})"),
        row("calculate", "c3", "", calculation="concat(${c2}, 'x')"),
        row("text", "t2", relevant="${c3} = 'y' or ${mat} = ''"),
        row("text", "t3", relevant="count(${rep}) > 1 and ${rep} != '' and matrix-max(${mat}) > 2 and substr(${t2}, 0, 1) = 'a'"),
        row("end group", ""),
        row("begin group", "vide"),
        row("end group", ""),
    ]
    codes = ["it's", 'a"b', "a'b\"c", "-1", "é", "1", "meta", "a/b"]
    choices = [{"list_name": "odd", "name": code, label: code} for code in codes]
    choices += [{"list_name": "plain", "name": code, label: code, "diag:exclusive": "yes"} for code in ("a", "b")]
    settings = [{"form_id": "odd", "version": "1 <&'", f"form_title::{FRENCH}": "T & <i>"}]
    return read_sheets({"survey": survey, "choices": choices, "settings": settings})


@java
def test_odk_validate_accepts_an_odd_questionnaire(tmp_path: Path) -> None:
    made = convert(odd())
    validate(made.xml, tmp_path)
    assert {(each.question, each.rule, each.lacking) for each in made.left_out} == {
        ("c2", "calculation", "lower-case"),
        ("c3", "calculation", "c2"),
        ("ra", "relevant", "rz"),
        ("t2", "relevant", "c3"),
    }


def test_the_form_is_the_same_each_time() -> None:
    questionnaire = load("2026-1")
    assert to_xform(questionnaire) == to_xform(questionnaire)


def test_what_is_left_out_is_named() -> None:
    left = convert(load("2026-1")).left_out
    hard = {each.question for each in left if each.rule != "soft"}
    assert "registre" in hard, "a repeat carries no constraint"
    assert "siret" in hard, "no phone knows the key of a SIRET"
    assert all(each.rule in {"soft", "hard", "relevant", "calculation"} for each in left)


def fill(phone: Phone, folder: Path, *commands: str) -> list[str]:
    """Takes the form and its list as a phone does, fills it with JavaRosa, and gives what it says."""
    (folder / "form.xml").write_bytes(phone.get("/openrosa/formulaires/2026-1").body)
    (folder / "dossiers.csv").write_bytes(phone.get("/openrosa/formulaires/2026-1/dossiers.csv").body)
    source = Path(__file__).with_name("Filler.java")
    subprocess.run(["javac", "-cp", str(JAR), "-d", str(folder), str(source)], check=True, capture_output=True)
    done = subprocess.run(
        ["java", "-cp", f"{JAR}:{folder}", "Filler", str(folder / "form.xml"), str(folder)],
        input="\n".join(command.replace(" ", "\t") for command in commands),
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.removeprefix("> ") for line in done.stdout.splitlines() if line.startswith("> ")]


@javac
def test_collects_own_engine_fills_the_form_and_its_answers_arrive(
    phone: Phone, database: Database, dossier: int, tmp_path: Path
) -> None:
    row = f"add {ROOT}/S2/registre reg_code text"
    said = fill(
        phone,
        tmp_path,
        f"get {ROOT}/S11D",
        "choose 0",
        f"get {ROOT}/S1/siret",
        f"get {ROOT}/S1/famille",
        f"set {ROOT}/S0/v_date date 2026-11-20",
        f"test {ROOT}/S0/v_date date 2099-01-01",
        f"get {ROOT}/S3/dir_depart",
        f"set {ROOT}/S2/mode_saisie text registre",
        f"set {ROOT}/S2/eff_total integer 3",
        f"{row} P01 reg_naissance integer 1960 reg_categorie text CAD reg_entree integer 2000 reg_salaire decimal 2100.5",
        f"{row} P02 reg_naissance integer 1968 reg_categorie text OUV reg_entree integer 2001",
        f"{row} P03 reg_naissance integer 1990 reg_categorie text EMP",
        *(f"get {ROOT}/S2/{name}" for name in ("eff_cad", "eff50", "eff60", "anc_moy")),
        f"get {ROOT}/S3/dir_depart",
        f"test {ROOT}/S2/etp_total decimal 3.5",
        f"test {ROOT}/S2/etp_total decimal 2.5",
        f"test {ROOT}/S1/naf text 8810a",
        f"test {ROOT}/S1/naf text zz",
        f"get {ROOT}/S9/ca_nb",
        f"set {ROOT}/S1/famille text soc_ess",
        f"get {ROOT}/S9/ca_nb",
        f"get {ROOT}/S2/mat_age_sexe",
        f"set {ROOT}/S10/produits decimal 12500000.5",
        f"set {ROOT}/S10/sans-reponse/ne-sait-pas text tresorerie",
        f"set {ROOT}/S11D/diag_D1 text 2",
        f"save {tmp_path / 'sent.xml'}",
    )
    assert said == [
        "off", "73282932000074", "asso", "false", "off",
        "1", "2", "1", "25.5", "", "false", "true", "true", "false",
        "", "off", "off",
    ]  # fmt: skip
    sent = (tmp_path / "sent.xml").read_bytes()
    assert b"1.25000005E7" in sent, "JavaRosa writes large numbers so"
    done = phone.submit(sent)
    assert done.status == 201, done.body
    stored = held(database, dossier, "S2")
    assert [line["reg_code"] for line in stored["registre"]["value"]] == ["P01", "P02", "P03"]
    assert value_of(database, dossier, "S10", "produits") == 12_500_000.5
    assert held(database, dossier, "S10")["tresorerie"]["missing"] == "unknown"
    assert held(database, dossier, "S1")["naf"]["state"] == "prefilled"
    assert value_of(database, dossier, "S1", "famille") == "soc_ess"
    assert value_of(database, dossier, "S11D", "diag_D1") == "2"
    assert REFERENCE.encode() in sent
