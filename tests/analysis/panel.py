"""A made-up panel for tests of the regional analysis: a frame, respondents with planted profiles, and their persons."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analysis.departures.mixture import person_probabilities
from analysis.departures.people import BAND_AGES, band_of
from analysis.parameters import Parameters, load
from analysis.words import Words

REFERENCE_DATE = date(2026, 11, 23)
SECTORS = ("aide_dom", "action_soc", "anim", "sport", "culture", "iae", "form", "sante")
SECTOR_SHARES = (0.18, 0.14, 0.17, 0.18, 0.12, 0.08, 0.08, 0.05)
PLACES = ("04", "05", "06", "13", "83", "84")
PLACE_SHARES = (0.045, 0.05, 0.2, 0.41, 0.16, 0.135)
SIZES = ("3-5", "6-9", "10-19", "20-50")
ZONES = {"04": 2, "05": 2, "06": 3, "13": 4, "83": 3, "84": 3}
NEEDS = ("diag_rh", "gpec", "transmission", "recrutement", "formation")
DIMENSIONS = tuple(f"D{place}" for place in range(1, 11))
# Mean scores of D1 to D10 in four planted profiles.
PROFILES = np.array(
    [
        [80, 75, 70, 40, 45, 40, 40, 35, 40, 40],
        [25, 35, 35, 75, 70, 75, 35, 45, 40, 40],
        [20, 30, 35, 35, 40, 30, 40, 80, 78, 70],
        [30, 20, 20, 25, 20, 25, 25, 25, 20, 25],
    ],
    dtype=float,
)


@dataclass(frozen=True)
class Panel:
    features: pd.DataFrame
    persons: pd.DataFrame
    frame: pd.DataFrame
    truth: np.ndarray
    parameters: Parameters


def labels() -> dict[str, dict[str, Words]]:
    return {
        "sector": {code: Words(f"Secteur {code}", f"Sector {code}") for code in SECTORS},
        "needs": {code: Words(f"Besoin {code}", f"Need {code}") for code in NEEDS},
    }


def make_frame(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sector": random.choice(SECTORS, rows, p=SECTOR_SHARES),
            "departement": random.choice(PLACES, rows, p=PLACE_SHARES),
            "size_class": random.choice(SIZES, rows, p=(0.4, 0.28, 0.2, 0.12)),
            "family": random.choice(["asso", "scop"], rows),
        }
    )
    bounds = {"3-5": (3, 6), "6-9": (6, 10), "10-19": (10, 20), "20-50": (20, 51)}
    frame["headcount"] = [int(random.integers(*bounds[size])) for size in frame["size_class"]]
    frame["zone_emploi"] = [f"{place}{random.integers(ZONES[place]):02d}" for place in frame["departement"]]
    return frame


def make_panel(respondents: int = 690, firms: int = 12_000, seed: int = 1) -> Panel:
    """Respondents drawn from the frame, some missing answers, four planted profiles."""
    random = np.random.default_rng(seed + 1)
    frame = make_frame(firms, seed)
    chosen = frame.sample(respondents, random_state=seed).reset_index(drop=True)
    parameters = load(REFERENCE_DATE)
    truth = random.integers(0, 4, respondents)
    features = chosen.assign(
        reference=[f"PACA-{place:04d}" for place in range(1, respondents + 1)],
        zone_emploi_name=["Zone " + code for code in chosen["zone_emploi"]],
        epci=chosen["zone_emploi"],
    )
    persons = _persons(features, truth, random)
    features = features.join(_ages(persons, parameters), on="reference").join(_answers(truth, random), how="left")
    lists = list(_lists(respondents, random))
    for name in lists[0]:
        features[name] = pd.Series([row[name] for row in lists], dtype=object)
    return Panel(features, persons, frame, truth, parameters)


def _persons(features: pd.DataFrame, truth: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    owners = np.repeat(np.arange(len(features)), features["headcount"])
    centre = np.where(truth[owners] == 0, 48, 40)
    ages = np.clip(random.normal(centre, 11), 18, 67)
    birth = np.floor(2026.9 - ages)
    return pd.DataFrame(
        {
            "reference": features["reference"].to_numpy()[owners],
            "birth": birth + 0.5,
            "born_from": birth,
            "born_to": birth + 1,
            "age": 2026.9 - birth - 0.5,
            "band": [band_of(age) for age in 2026.9 - birth - 0.5],
            "sex": random.choice(["F", "H"], len(owners), p=[0.65, 0.35]),
            "category": random.choice(["CAD", "PI", "EMP", "OUV"], len(owners)),
            "declared": np.nan,
        }
    )


def _ages(persons: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    chances = person_probabilities(persons, [1, 3, 5, 10], reference_date=REFERENCE_DATE, law=parameters.law)
    table = persons.assign(**{f"dep{years}": chances[:, place] for place, years in enumerate((1, 3, 5, 10))})
    grouped = table.groupby("reference")
    found = grouped[["dep1", "dep3", "dep5", "dep10"]].sum()
    found["women"] = grouped["sex"].agg(lambda sexes: float((sexes == "F").sum()))
    for name, low, high in (("n_under35", 0, 35), ("n50", 50, 99), ("n55", 55, 99)):
        found[name] = (
            table[(table["age"] >= low) & (table["age"] < high)]
            .groupby("reference")
            .size()
            .reindex(found.index, fill_value=0)
            .astype(float)
        )
    for band in BAND_AGES:
        for sex in ("F", "H"):
            here = table[(table["band"] == band) & (table["sex"] == sex)]
            found[f"age_{band}_{sex}"] = here.groupby("reference").size().reindex(found.index, fill_value=0).astype(float)
    return found.assign(mean_age=grouped["age"].mean())


def _answers(truth: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    rows = len(truth)
    scores = np.clip(PROFILES[truth] + random.normal(0, 13, (rows, 10)), 0, 100)
    scores[random.random(scores.shape) < 0.04] = np.nan
    found = pd.DataFrame(scores, columns=[f"score_{code}" for code in DIMENSIONS])
    found["hr_index"], found["economic_index"] = np.nanmean(scores[:, :6], axis=1), np.nanmean(scores[:, 6:], axis=1)
    for code in DIMENSIONS:
        firm = random.integers(0, 5, rows).astype(float)
        found[f"ent_{code}"] = firm
        found[f"diag_{code}"] = np.clip(firm + random.choice([-1, 0, 0, 1, 2], rows), 0, 4)
        found[f"cons_{code}"] = np.clip(np.round((found[f"ent_{code}"] + found[f"diag_{code}"]) / 2), 0, 4)
    for place in range(1, 9):
        found[f"flag_R{place}"] = random.random(rows) < 0.03 * place
    found["cash_months"] = random.gamma(2, 1.5, rows)
    found["funder_share"], found["secured_share"] = random.beta(3, 3, rows), random.beta(2, 4, rows)
    found["idr5"] = np.where(random.random(rows) < 0.8, random.gamma(1.2, 4000, rows), np.nan)
    found["noria"] = random.normal(3000, 2500, rows)
    found["keyposts"] = random.integers(0, 4, rows).astype(float)
    found["keyposts_unready"] = np.minimum(random.integers(0, 4, rows), found["keyposts"]).astype(float)
    for name in (
        "interviews_uptodate",
        "training_access",
        "training_access_50",
        "recruit_failed_share",
        "turnover",
        "part_time_share",
        "board_share65",
    ):
        found[name] = random.beta(2, 3, rows)
    found["recruit_difficulty"] = random.choice([0, 1, 2, 3, np.nan], rows)
    found["duerp_recent"] = random.choice([0, 1, np.nan], rows, p=[0.3, 0.6, 0.1])
    found["hr_tools"], found["strain_factors"] = random.integers(0, 9, rows), random.integers(0, 6, rows)
    found["board_size"], found["chair_age"] = random.integers(3, 20, rows), random.normal(64, 9, rows)
    found["double_departure"] = random.random(rows) < 0.08
    found["pyramid_shape"] = random.choice(np.asarray(["champignon", "cylindre", "toupie", None], dtype=object), rows)
    return found


def _lists(rows: int, random: np.random.Generator) -> list[dict[str, list[str]]]:
    choices = {
        "needs": NEEDS,
        "actions": tuple(f"A{place:02d}" for place in range(1, 11)),
        "transfer_modes": ("tuilage", "tutorat", "doc"),
        "recruit_causes": ("candidats", "salaire"),
        "strain": ("port", "rps"),
        "economic_effects": ("surcout", "neutre", "reorg"),
    }
    return [
        {name: sorted({str(code) for code in random.choice(codes, int(random.integers(0, 3)))}) for name, codes in choices.items()}
        for _ in range(rows)
    ]
