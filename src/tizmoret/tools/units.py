"""Units of measure, by the definitions of the pint library."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label

# What people call units in Hebrew, as pint knows them.
_HEBREW = {
    "קילומטר": "kilometer", "קמ": "kilometer", "מטר": "meter", "סנטימטר": "centimeter", "סמ": "centimeter", "מילימטר": "millimeter",
    "ממ": "millimeter", "מייל": "mile", "מיל": "mile", "אינץ": "inch", "רגל": "foot", "יארד": "yard", "קילו": "kilogram",
    "קילוגרם": "kilogram", "קג": "kilogram", "גרם": "gram", "טון": "metric_ton", "פאונד": "pound", "ליברה": "pound", "אונקיה": "ounce",
    "ליטר": "liter", "מיליליטר": "milliliter", "גלון": "gallon", "דונם": "dunam", "דקה": "minute", "שעה": "hour", "שנייה": "second",
    "יום": "day", "צלזיוס": "degC", "פרנהייט": "degF", "קלוין": "kelvin", "קמש": "kilometer/hour", "וואט": "watt", "קילוואט": "kilowatt",
}  # fmt: skip
_ENDINGS = ("ים", "ות")
# A unit is read as an expression: towers of powers would keep the machine busy for good.
_NO_UNIT = re.compile(r"\d{2,}|\*\*.*\*\*|\^.*\^|[()\[\]{}]")


class Convert(BaseModel):
    model_config = ConfigDict(extra="forbid")
    value: float = Field(allow_inf_nan=False)
    unit: Annotated[str, Kind("unit")] = Field(min_length=1, max_length=60, description="such as km, kg, degF, dunam; also in Hebrew")
    to: Annotated[str, Kind("unit")] = Field(min_length=1, max_length=60)


class Converted(BaseModel):
    value: float
    unit: str
    text: Annotated[str, Kind("text")]


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    registry.define("dunam = 1000 * meter ** 2")
    return registry


def _name(unit: str) -> str:
    """The unit as pint knows it: Hebrew without quotation marks, and without the plural."""
    word = unit.strip().translate(str.maketrans("", "", "\"'״׳"))
    for form in (word, *(word.removesuffix(ending) for ending in _ENDINGS), *(word.removesuffix(ending) + "ה" for ending in _ENDINGS)):
        if form in _HEBREW:
            return _HEBREW[form]
    return unit.strip()


@tool(
    "units.convert",
    title=Text(he="המרת יחידות", en="Convert units"),
    description=Text(
        he="ממיר כמות מיחידת מידה אחת לאחרת: אורך, משקל, שטח, נפח, טמפרטורה",
        en="Convert a quantity from one unit of measure to another: length, weight, area, volume, temperature",
    ),
    examples={
        "he": ["כמה קילומטר הם 5 מייל", "המר 30 צלזיוס לפרנהייט", "כמה מטר רבוע הם 4 דונם", "כמה קילו זה 35 ליברות"],
        "en": ["how many km are 5 miles", "convert 30 degC to degF", "convert 200 pounds to kg", "how many kilos are 35 pounds"],
    },
    show=lambda converted, language: converted.text, label=Label(sources=frozenset({"units"})), seconds=0.1,
)  # fmt: skip
async def convert(args: Convert, call: Call) -> Converted:
    import pint

    if _NO_UNIT.search(args.unit + " " + args.to):
        raise StepFailed("That is no unit of measure.", cure="Write units such as km, kg, liter, degC.", field="unit")
    try:
        found = _registry().Quantity(args.value, _name(args.unit)).to(_name(args.to))
        value, unit = float(found.magnitude), f"{found.units:~}"
    except pint.DimensionalityError as error:
        raise StepFailed(f"{args.unit} cannot be converted to {args.to}.", cure="Give two units of the same kind.", field="to") from error
    except (pint.UndefinedUnitError, pint.errors.DefinitionSyntaxError, ValueError, TypeError, OverflowError, AttributeError) as error:
        cure = "Write units such as km, kg, liter, degC."
        raise StepFailed(f"“{args.unit}” or “{args.to}” is no known unit.", cure=cure, field="unit") from error
    return Converted(value=value, unit=unit, text=f"{args.value:,g} {args.unit} = {value:,.6g} {args.to}")


TOOLS: tuple[Tool, ...] = (convert,)
