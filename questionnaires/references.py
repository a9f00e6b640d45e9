"""What expressions lean on: every question named exists, none leans on itself, compared choices exist, blanks are seen coming."""

from collections.abc import Iterator, Mapping

from questionnaires.expressions import names
from questionnaires.headers import DIAG
from questionnaires.model import NO_TEXT, Check, Kind, Question
from questionnaires.rows import CHECK_THE_NAME, REFERENCE, did_you_mean
from questionnaires.semantics import Expression, codes_of, findings, loose_patterns
from questionnaires.survey_rows import SurveyRows

_LONGEST_PATH = 6
_ENOUGH = 600  # Faults beyond which no more are looked for: nobody reads them.


def check_references(survey: SurveyRows, checks: Mapping[str, int]) -> None:
    """Notes the faults of every expression of a survey; `checks` are the rows of the sheet `checks` by code."""
    questions = every(survey)
    known = {question.name: question for question in questions}
    codes = codes_of(survey.lists)
    for expression in _expressions(survey, questions, checks):
        _check_names(survey, expression, known)
        for code, given in findings(expression, known, codes):
            survey.fault(code, expression.sheet, expression.row, expression.column, **given)
        if len(survey.faults) > _ENOUGH:
            break
    _check_unread(survey, known)
    _check_former_names(survey, questions)
    _check_circles(survey, questions)


def _check_former_names(survey: SurveyRows, questions: list[Question]) -> None:
    """No former name is claimed by two questions: an answer can only go to one."""
    claimed: set[str] = set()
    for question in questions:
        for name in question.was:
            if name in claimed:
                survey.fault("duplicate_name", "survey", survey.places.get(question.name, 1), f"{DIAG}was", value=name)
            claimed.add(name)


def every(survey: SurveyRows) -> list[Question]:
    """Every question, then every column of a roster."""
    top = [question for section in survey.sections for question in section.questions]
    return top + [column for question in top for column in question.columns]


def _expressions(survey: SurveyRows, questions: list[Question], checks: Mapping[str, int]) -> Iterator[Expression]:
    known = {question.name: question for question in questions}
    for number, (name, source, tree) in survey.conditions.items():
        if tree is not None:
            question = known.get(name) or Question(name, Kind.TEXT, NO_TEXT)
            yield Expression("survey", number, "relevant", question, source, tree)
    for question in questions:
        number = survey.places.get(question.name, 1)
        if question.calculation is not None:
            yield Expression("survey", number, "calculation", question, question.calculation_source, question.calculation)
        for rule in question.checks:
            sheet, row, column = _place(rule, question, number, checks)
            yield Expression(sheet, row, column, question, rule.source, rule.tree)


def _place(rule: Check, question: Question, number: int, checks: Mapping[str, int]) -> tuple[str, int, str]:
    if rule.code in checks:
        return "checks", checks[rule.code], "condition"
    return "survey", number, "constraint" if rule.code == f"{question.name}_limit" else f"{DIAG}soft"


def _check_names(survey: SurveyRows, expression: Expression, known: Mapping[str, Question]) -> None:
    for name in sorted(names(expression.tree) - known.keys()):
        position = expression.source.find(name) + 1
        place = (expression.sheet, expression.row, expression.column)
        if name in survey.dropped:
            survey.fault("dropped_reference", *place, value=name, position=position)
        else:
            remedy = did_you_mean(name, known, CHECK_THE_NAME)
            survey.fault("unknown_reference", *place, value=name, position=position, instead=remedy)


def _check_unread(survey: SurveyRows, known: Mapping[str, Question]) -> None:
    """What can be told of an expression that cannot be read: its author should not meet one fault after the other."""
    for sheet, row, column, source in survey.unread[:_ENOUGH]:
        for found in REFERENCE.finditer(source):
            name = found.group(1)
            if name not in known and name not in survey.dropped:
                remedy = did_you_mean(name, known, CHECK_THE_NAME)
                survey.fault("unknown_reference", sheet, row, column, value=name, position=found.start(1) + 1, instead=remedy)
        for code, given in loose_patterns(source):
            if given["value"]:
                survey.fault(code, sheet, row, column, **given)


def _check_circles(survey: SurveyRows, questions: list[Question]) -> None:
    """Notes every question that leans on itself; a roster is worth what its columns are worth, row by row."""
    owner = {column.name: question.name for question in questions for column in question.columns}
    leans: dict[str, set[str]] = {}
    for question in questions:
        named = names(question.relevant) | names(question.calculation)
        mine = owner.get(question.name)
        leans[question.name] = {name if owner.get(name) == mine else owner.get(name, name) for name in named}
        leans[question.name] |= {column.name for column in question.columns}
    circling = _on_a_circle(leans)
    shown = {question.name: question for question in questions if question.relevant is not None or question.calculation is not None}
    for name in sorted(circling & shown.keys(), key=lambda name: survey.places.get(name, 1)):
        column = "calculation" if names(shown[name].calculation) & circling else "relevant"
        path = _path(name, leans, circling)
        survey.fault("circular_reference", "survey", survey.places.get(name, 1), column, value=name, path=path)


def _on_a_circle(leans: Mapping[str, set[str]]) -> set[str]:
    """The names left when those that lean on nothing, or that nothing leans on, are taken away one after the other."""
    left = _core({name: targets & leans.keys() for name, targets in leans.items()})
    backwards: dict[str, set[str]] = {name: set() for name in left}
    for name in left:
        for target in leans[name] & left:
            backwards[target].add(name)
    return _core(backwards)


def _core(leans: Mapping[str, set[str]]) -> set[str]:
    users: dict[str, list[str]] = {name: [] for name in leans}
    for name, targets in leans.items():
        for target in targets:
            users[target].append(name)
    open_ends = {name: len(targets) for name, targets in leans.items()}
    ready = [name for name, count in open_ends.items() if not count]
    while ready:
        for user in users[ready.pop()]:
            open_ends[user] -= 1
            if not open_ends[user]:
                ready.append(user)
    return {name for name, count in open_ends.items() if count}


def _path(name: str, leans: Mapping[str, set[str]], circling: set[str]) -> str:
    steps, at = [name], name
    while len(steps) <= _LONGEST_PATH:
        onward = leans[at] & circling
        at = name if name in onward else min(onward)
        steps.append(at)
        if at == name:
            return " → ".join(steps)
    return " → ".join([*steps, "…"])
