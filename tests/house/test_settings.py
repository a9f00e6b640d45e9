"""Every setting says what it is, in the code and in the operator's page."""

import re

import pytest
from pydantic import SecretStr

from diagnostics import glossary
from diagnostics.settings import PREFIX, Settings, SettingsError, load_settings
from tests.house.imports import ROOT


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_is_documented(name: str) -> None:
    assert Settings.model_fields[name].description
    assert f"`{PREFIX}{name.upper()}`" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_page_names_no_setting_that_is_gone() -> None:
    named = set(re.findall(rf"`{PREFIX}([A-Z_]+)`", (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_administrator_reads_what_each_setting_means() -> None:
    assert set(glossary.SETTINGS) == set(Settings.model_fields)


def test_a_wrong_value_is_refused_by_name(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SESSION_HOURS", "toujours")
    with pytest.raises(SettingsError, match="session_hours"):
        load_settings({"instance_path": tmp_path})


def test_where_the_analysis_runs_is_checked_at_the_start(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}ANALYSIS_EXECUTION", "everywhere")
    with pytest.raises(SettingsError, match="dask:tcp"):
        load_settings({"instance_path": tmp_path})
    monkeypatch.setenv(f"{PREFIX}ANALYSIS_EXECUTION", "processes:2")
    assert load_settings({"instance_path": tmp_path}).analysis_execution == "processes:2"


def test_an_unknown_setting_in_the_file_is_refused(tmp_path: object) -> None:
    folder = ROOT.__class__(str(tmp_path))
    (folder / "settings.toml").write_text('colour = "blue"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="colour"):
        load_settings({"instance_path": folder})


def test_the_environment_wins_over_the_file(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ROOT.__class__(str(tmp_path))
    (folder / "settings.toml").write_text("session_hours = 3\nmail_port = 26\n", encoding="utf-8")
    monkeypatch.setenv(f"{PREFIX}SESSION_HOURS", "4")
    settings = load_settings({"instance_path": folder})
    assert (settings.session_hours, settings.mail_port) == (4, 26)


def test_the_secret_is_made_once_and_kept_private(tmp_path: object) -> None:
    folder = ROOT.__class__(str(tmp_path))
    first = load_settings({"instance_path": folder}).secret_key
    assert isinstance(first, SecretStr)
    assert load_settings({"instance_path": folder}).secret_key == first
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0
