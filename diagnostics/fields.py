"""The fields of a section's form: one class for each kind of answer, each reading what was typed and showing it again.

A field holds one question. From the database it is given the stored `Answer`; from a form it reads the control, the reason
why there is no answer (« ne sait pas »…) and the reasons that confirm doubtful values. What cannot be read stays in the
field as it was typed, with its message, so that the page shows it again: nothing typed is lost.

The form says which questions it showed (the hidden `q`): a question that was not on the page is left as it was.
"""

from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field

from diagnostics.answer_words import written
from diagnostics.i18n import chosen_locale
from questionnaires.answers import Answer, Missing, ValueProblem, read_value
from questionnaires.model import Choice, Kind, Question, Questionnaire, Severity

SHOWN = "q"
CLEAR = "clear"
MARKS = "fragilite5"
ONE_LINE = 60
MANY_CHOICES = 7
_REASON_LENGTH = 500


class SentForm:
    """What a browser sent, by the name of its controls: a plain dictionary of lists, since a form is asked for hundreds of names."""

    __slots__ = ("_lists", "shown")

    def __init__(self, form: MultiDict[str, str]) -> None:
        self._lists: dict[str, list[str]] = dict(form.lists())
        self.shown = frozenset(self._lists.get(SHOWN, ()))

    def get(self, name: str, default: str = "") -> str:
        """The first value of a control, or the default."""
        found = self._lists.get(name)
        return found[0] if found else default

    def getlist(self, name: str) -> list[str]:
        """Every value of a control."""
        return self._lists.get(name, [])

    def __contains__(self, name: str) -> bool:
        return name in self._lists


class AnswerField(Field):
    """One question. `answer` is what was stored or could be read; `typed` is what the control shows."""

    partial = "text"
    inputmode = "text"
    width = "m"

    def __init__(self, question: Question, questionnaire: Questionnaire, *, doubtful: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(label=question.label.fr, id=f"f-{question.name}", **kwargs)
        self.question = question
        self.questionnaire = questionnaire
        self.stored = Answer()
        self.answer = Answer()
        self.typed: Any = ""
        self.missing = ""
        self.reasons: dict[str, str] = {}
        self.submitted = False
        self.unreadable = False
        self._doubtful = doubtful

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002 - WTForms names it.
        """Takes the stored answer, then what was typed if the form showed this question."""
        self.process_errors = []
        self.errors = []
        self.unreadable = False
        self.stored = data if isinstance(data, Answer) else Answer()
        self.answer = self.stored
        self.submitted = formdata is not None and self.name in formdata.shown
        self.missing = self.stored.missing.value if self.stored.missing else ""
        self.reasons = dict(self.stored.reasons)
        self.show(self.stored.value)
        # Most of what a form sends back is what it was given: nothing of that needs to be read again.
        if not self.submitted or self._as_shown(formdata):
            return
        value = self.take(formdata)
        self.answer = self._settled(value, formdata)
        self.missing = self.answer.missing.value if self.answer.missing else ""
        if self.answer.missing or formdata.get(f"{self.name}--absence") == CLEAR:
            self._forget_fault()

    def _as_shown(self, formdata: SentForm) -> bool:
        """Whether the question comes back as it was shown: its control, the reason for no answer, the reasons of doubts."""
        return (
            self.comes_back(formdata)
            and formdata.get(f"{self.name}--absence") == self.missing
            and all(formdata.get(f"{self.name}--raison--{code}") == self.reasons.get(code, "") for code in self._doubtful)
        )

    def comes_back(self, formdata: SentForm) -> bool:
        """Whether the control was sent as `show` left it."""
        return bool(formdata.get(self.name) == self.typed)

    def _forget_fault(self) -> None:
        self.unreadable = False
        self.errors = []
        self.show(None)

    def _settled(self, value: Any, formdata: SentForm) -> Answer:
        """The answer, of a value and a reason for none: whichever of the two was changed counts; else the value."""
        chosen = formdata.get(f"{self.name}--absence")
        before = self.stored.missing.value if self.stored.missing else ""
        if chosen == CLEAR:
            value, missing = None, None
        elif chosen in _MISSING and self.question.may_be_missing and (chosen != before or (value is None and not self.unreadable)):
            value, missing = None, Missing(chosen)
        else:
            missing = None
        if value == self.stored.value and missing == self.stored.missing:
            self.reasons = self._reasons(formdata, dict(self.stored.reasons))
            return Answer(value, missing, self.stored.state, self.reasons)
        given = self._reasons(formdata, {})
        self.reasons = {code: text for code, text in given.items() if text != self.stored.reasons.get(code)}
        return Answer(value, missing, reasons=self.reasons)

    def _reasons(self, formdata: SentForm, kept: dict[str, str]) -> dict[str, str]:
        """The reasons typed under this question's doubtful values; an emptied one is withdrawn."""
        for code in self._doubtful:
            name = f"{self.name}--raison--{code}"
            if name in formdata:
                kept[code] = " ".join(formdata.get(name).split())[:_REASON_LENGTH]
        return {code: text for code, text in kept.items() if text}

    def take(self, formdata: SentForm) -> Any:
        """Reads the control's value and keeps what was typed; a value that cannot be read leaves the stored one."""
        self.typed = formdata.get(self.name)
        return self.read(self.question, self.typed, self.stored.value)

    def read(self, question: Question, raw: Any, before: Any) -> Any:
        """One value out of what was typed; a fault is noted and the value before it stays."""
        try:
            return read_value(question, raw, self.questionnaire)
        except ValueProblem as problem:
            self.unreadable = True
            self.errors = [*self.errors, problem.message.in_(chosen_locale())]
            return before

    def show(self, value: Any) -> None:
        """Puts a stored value into the control."""
        self.typed = written(self.question, value)

    def choices_of(self, question: Question) -> tuple[Choice, ...]:
        """The choices that a question, or a column, offers."""
        return self.questionnaire.choices(question.choices)

    @property
    def help(self) -> str:
        """The help text in the page's language."""
        return self.question.help.in_(chosen_locale())

    @property
    def unit(self) -> str:
        """The unit beside the control, in the page's language."""
        return self.unit_of(self.question)

    def unit_of(self, question: Question) -> str:
        """The unit of a question or of a column, in the page's language."""
        return question.unit.in_(chosen_locale()) or UNITS.get(question.kind, "")

    @property
    def settled(self) -> bool:
        """Whether there is something to take back: an answer, or a reason for none."""
        return self.stored.given or self.stored.missing is not None


_MISSING = {missing.value for missing in Missing}
UNITS = {Kind.MONEY: "€", Kind.PERCENTAGE: "%"}


def soft_checks(question: Question) -> tuple[str, ...]:
    """The codes of the soft checks of a question and of its columns: those that a reason may answer."""
    checks = [check for part in (question, *question.columns) for check in part.checks]
    return tuple(check.code for check in checks if check.severity is Severity.SOFT)


class WholeNumberField(AnswerField):
    """A whole number; a telephone shows its digits."""

    inputmode = "numeric"
    width = "xs"


class NumberField(AnswerField):
    """A number with decimals, an amount or a percentage, written the French way or not."""

    inputmode = "decimal"
    width = "s"


class DateField(AnswerField):
    """A date: the browser's own calendar, or typed as jj/mm/aaaa."""

    partial = "date"


class TextField(AnswerField):
    """A text, on one line or several."""

    width = "l"

    def __init__(self, question: Question, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(question, questionnaire, **kwargs)
        self.partial = "long" if question.multiline else "text"


class ChoiceField(AnswerField):
    """One choice: buttons up to seven choices, a list beyond; marks of fragility are a scale."""

    def __init__(self, question: Question, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(question, questionnaire, **kwargs)
        offered = self.choices_of(question)
        self.partial = "scale" if question.choices == MARKS else "buttons" if len(offered) <= MANY_CHOICES else "list"

    @property
    def is_short(self) -> bool:
        """Whether the choices stand on one line."""
        labels = [choice.label.in_(chosen_locale()) for choice in self.choices_of(self.question)]
        return sum(map(len, labels)) <= ONE_LINE

    @property
    def unknown(self) -> str:
        """What was sent that is no choice; shown again as it is."""
        known = {choice.code for choice in self.choices_of(self.question)}
        return self.typed if self.typed and self.typed not in known else ""


class ChoicesField(AnswerField):
    """Several choices, one of which may exclude the others."""

    partial = "boxes"

    def take(self, formdata: SentForm) -> Any:
        """Reads the boxes ticked."""
        self.typed = formdata.getlist(self.name)
        return self.read(self.question, self.typed, self.stored.value) or None

    def comes_back(self, formdata: SentForm) -> bool:
        """Whether the same boxes are ticked."""
        return bool(formdata.getlist(self.name) == self.typed)

    def show(self, value: Any) -> None:
        """Ticks the boxes of a stored value."""
        self.typed = [str(code) for code in value or ()]


class CalculatedField(AnswerField):
    """What the platform works out; shown, never typed."""

    partial = "calculated"

    def take(self, _formdata: SentForm) -> Any:
        """Nothing that a browser sends changes a calculated figure."""
        return self.stored.value


class SectionFormBase(FlaskForm):
    """What every section's form is: its questions' fields in order, made by `diagnostics.section_forms`."""

    class Meta:
        """The token is the page's own and is checked for the whole application before any view: none is made here."""

        csrf = False

    @property
    def questions(self) -> list[AnswerField]:
        """The fields of the questions, in order."""
        return [each for each in self if isinstance(each, AnswerField)]
