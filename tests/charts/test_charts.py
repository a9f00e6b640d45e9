"""The charts. What is promised: a scene comes out the same on both surfaces; the SVG is well formed, says what it shows, obeys a strict
content policy and holds its text escaped; figures show the figures they were given; nothing leaves the sheet.
"""

import io
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
from lxml import etree
from reportlab.pdfgen.canvas import Canvas

from analysis.synthesis.edition import Table
from diagnostics import formats
from diagnostics.charts import areas, calendar, departures, dimensions, faces, pyramid, rows, surface
from diagnostics.charts.axis import apart, ticks
from diagnostics.charts.figures import figure_of, map_of
from diagnostics.charts.scene import Circle, Group, Line, Path, Rect, Scene, Text
from diagnostics.charts.svg import svg
from tests.pdf import portraits, syntheses

SVG = "{http://www.w3.org/2000/svg}"


def percent(value: float) -> str:
    return formats.percent(value)


def estimates() -> Scene:
    lines = [
        rows.Estimate("Aide à domicile", 0.31, 0.27, 0.35, "122"),
        rows.Estimate("Sport & loisirs <b>", 0.14, 0.11, 0.17, "118"),
        rows.Estimate("Environnement", None, None, None, "", "non publié"),
    ]
    return rows.estimates(lines, rows.Look(percent, reference=(0.24, "région : 24 %"), beside="n"), "Part des 55 ans et plus")


def tasks() -> Scene:
    found = [
        calendar.Task(1, "Écrire", "p1", date(2027, 3, 31)),
        calendar.Task(2, "Plus tard", "p3", date(2035, 1, 1)),
        calendar.Task(3, "Un jour", "p2", None),
    ]
    return calendar.calendar(found, date(2026, 11, 20))


def drawn_of(table: Table) -> Scene:
    found = figure_of(table, "fr")
    assert found is not None
    return found


SCENES: dict[str, Callable[[], Scene]] = {
    "pyramid": lambda: pyramid.unit_pyramid(portraits.rich().pyramid),
    "pyramid-merged": lambda: pyramid.unit_pyramid(portraits.small().pyramid, "en"),
    "pyramid-fifty": lambda: pyramid.unit_pyramid(portraits.large().pyramid),
    "cumulative": lambda: departures.cumulative(portraits.rich().departures),
    "dimensions": lambda: dimensions.dot_plot(portraits.rich().dimensions),
    "dimensions-odd": lambda: dimensions.dot_plot(portraits.odd().dimensions),
    "dimensions-bare": lambda: dimensions.dot_plot(portraits.bare().dimensions),
    "position": lambda: dimensions.position("Ressources humaines", 52, 46),
    "estimates": estimates,
    "calendar": tasks,
    "map": lambda: map_of(syntheses.area_map(), "fr"),
    "bars": lambda: drawn_of(syntheses.bars()),
    "mirrored": lambda: drawn_of(syntheses.pyramid()),
    "path": lambda: drawn_of(syntheses.path()),
    "quartiles": lambda: drawn_of(syntheses.quartiles()),
    "stack": lambda: drawn_of(syntheses.stack()),
}


@pytest.fixture(params=SCENES)
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]()


def test_svg_is_well_formed_and_says_what_it_shows(scene: Scene) -> None:
    root = etree.fromstring(svg(scene, "une figure/1").encode())
    assert root.get("role") == "img"
    named = [element.text for element in (root.find(f"{SVG}title"), root.find(f"{SVG}desc")) if element is not None]
    assert len(named) == 2
    assert all(named)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 2
    assert root.get("aria-labelledby") == " ".join(ids)
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", name) for name in ids)


def test_svg_obeys_a_strict_content_policy(scene: Scene) -> None:
    root = etree.fromstring(svg(scene, "x").encode())
    for element in root.iter():
        assert element.tag in {f"{SVG}{name}" for name in ("svg", "title", "desc", "g", "rect", "line", "text", "path", "circle")}
        assert not {name for name in element.attrib if name == "style" or name.startswith("on") or "href" in name}


def test_both_surfaces_show_the_same_texts(scene: Scene) -> None:
    root = etree.fromstring(svg(scene, "x").encode())
    in_page = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert in_page == scene.texts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(scene.width + 40, scene.height + 40), invariant=1)
    surface.draw(scene, canvas, 20, scene.height + 20)
    canvas.save()
    document = pypdfium2.PdfDocument(buffer.getvalue())
    text = document[0].get_textpage()
    on_paper = "".join(text.get_text_bounded().split())
    text.close()
    document.close()
    for words in scene.texts():
        assert "".join(words.split()) in on_paper


def test_both_surfaces_draw_the_same_shapes(scene: Scene) -> None:
    tags = {Rect: "rect", Line: "line", Text: "text", Path: "path", Circle: "circle"}
    root = etree.fromstring(svg(scene, "x").encode())
    counted = {name: sum(1 for _ in root.iter(f"{SVG}{name}")) for name in tags.values()}
    drawn = list(scene.shapes())
    for kind, name in tags.items():
        assert counted[name] == sum(1 for shape in drawn if isinstance(shape, kind))


def test_nothing_leaves_the_sheet(scene: Scene) -> None:
    for shape in scene.shapes():
        if isinstance(shape, Text):
            room = faces.width(shape.text, shape.face, shape.size)
            left = shape.x - {"start": 0.0, "middle": room / 2, "end": room}[shape.anchor]
            assert left >= -1.5, shape
            assert left + room <= scene.width + 1.5, shape
            assert 0 <= shape.y <= scene.height + 1, shape
        if isinstance(shape, Rect):
            assert shape.x >= -0.5
            assert shape.x + shape.width <= scene.width + 0.5
            assert shape.y + shape.height <= scene.height + 0.5


def test_one_square_a_person() -> None:
    portrait = portraits.rich()
    squares = [
        shape
        for shape in pyramid.unit_pyramid(portrait.pyramid).shapes()
        if isinstance(shape, Rect) and shape.width == shape.height and shape.radius == 1.2
    ]
    assert len(squares) == sum(band.total for band in portrait.pyramid.bands)


def test_merged_pyramid_never_tells_the_sexes() -> None:
    drawn = svg(pyramid.unit_pyramid(portraits.small().pyramid), "x")
    for word in ("Hommes", "Femmes", "#0B4F6C", "#CC7A1E"):
        assert word not in drawn


def test_too_few_people_get_a_band_and_no_line() -> None:
    few = portraits.rich().departures
    vague = replace(few, horizons=tuple(replace(horizon, precise=False) for horizon in few.horizons))
    drawn = svg(departures.cumulative(vague), "x")
    assert 'class="band-90"' in drawn
    assert 'class="expected"' not in drawn
    assert "10,9" not in drawn
    assert 'class="expected"' in svg(departures.cumulative(few), "x")


def test_marks_stand_on_the_scores_axis() -> None:
    item = replace(portraits.dimensions()[0], firm_mark=0, diagnostician_mark=4, consensus=2, score=50.0)
    shapes = list(dimensions.dot_plot([item]).shapes())
    score = next(shape for shape in shapes if isinstance(shape, Circle) and shape.role == "score")
    consensus = next(shape for shape in shapes if isinstance(shape, Path) and shape.role == "consensus")
    assert abs(consensus.rings[0][0][0] - score.cx) < 0.01
    left = next(shape for shape in shapes if isinstance(shape, Path) and shape.role == "firm").rings[0][0][0]
    right = next(shape for shape in shapes if isinstance(shape, Rect) and shape.role == "diagnostician")
    assert abs((left + right.x + right.width / 2) / 2 - score.cx) < 0.01


def test_the_four_readings_differ_in_shape_and_in_colour() -> None:
    shapes = [
        shape
        for shape in dimensions.dot_plot(portraits.dimensions()[:1]).shapes()
        if shape.role in {"score", "firm", "diagnostician", "consensus"}
    ]
    looks = {(type(shape).__name__, len(shape.rings[0]) if isinstance(shape, Path) else 0) for shape in shapes}
    colours = {getattr(shape, "stroke", None) or getattr(shape, "fill", None) for shape in shapes}
    assert len(looks) == 4
    assert len(colours) == 4


def test_hidden_lines_have_no_mark() -> None:
    groups = [item for item in estimates().items if isinstance(item, Group)]
    hidden = groups[2]
    assert not any(isinstance(shape, Circle | Line) for shape in hidden.items)
    assert "non publié" in hidden.title


def test_hidden_area_has_no_figure_and_no_circle() -> None:
    drawn = SCENES["map"]()
    assert sum(1 for shape in drawn.shapes() if isinstance(shape, Circle) and shape.role == "count") == 5
    assert any(isinstance(shape, Path) and shape.role == "area-hidden" for shape in drawn.shapes())
    assert "Hautes-Alpes\u00a0: non publié" in drawn.description


def test_unknown_level_of_map_is_refused() -> None:
    with pytest.raises(areas.MapError, match="departement, zone_emploi, epci"):
        areas.contours("canton")


@pytest.mark.parametrize(("level", "count"), [("departement", 6), ("zone_emploi", 22), ("epci", 52)])
def test_contours_are_there(level: str, count: int) -> None:
    assert len(areas.contours(level)) == count


def test_text_is_escaped() -> None:
    drawn = svg(Scene(10, 10, (Text(0, 5, '<script>&"\x00'),), "a<b", 'c"&'), "n")
    assert "<script>" not in drawn
    etree.fromstring(drawn.encode())


def test_fallback_faces_and_boxes() -> None:
    assert faces.cast("aб", "regular") == (("regular", "a"), ("other", "б"))
    assert faces.cast("a→b", "semibold") == (("semibold", "a"), ("other-bold", "→"), ("semibold", "b"))
    assert faces.cast("\x00\u200dx\ufe0f", "regular") == (("regular", "x"),)
    assert faces.cast("\U0001f9d1", "regular") == (("other", faces.BOX),)
    for letter in "œŒ€’«»–—…×−\u202f\u00a0éÀçÿ":
        assert faces.cast(letter, "serif-semibold") == (("serif-semibold", letter),)


def test_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(faces.FILES, "absent", "NoSuchFont")
    with pytest.raises(faces.FaceError, match=r"NoSuchFont\.ttf"):
        faces.face("absent")


def test_shortened_keeps_to_its_room() -> None:
    text = faces.shortened("Association pour le développement des services", "regular", 8, 60)
    assert text.endswith("…")
    assert faces.width(text, "regular", 8) <= 60
    assert faces.shortened("Court", "regular", 8, 60) == "Court"


def test_ticks_are_round_and_cover() -> None:
    assert ticks(13, whole=True) == [0, 5, 10, 15]
    assert ticks(0.31)[-1] >= 0.31
    assert ticks(1, whole=True) == [0, 1]
    assert ticks(400, -3000)[0] <= -3000


def test_labels_are_pushed_apart_in_order() -> None:
    moved = apart([10, 11, 12, 80], 20)
    assert moved == sorted(moved)
    assert all(after - before >= 19.9 for before, after in itertools.pairwise(moved))
