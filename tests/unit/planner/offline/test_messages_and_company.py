import pytest

from tests.requests.catalogs import catalog
from tests.requests.planning import asked, planned
from tizmoret.plan.model import Step
from tizmoret.planner.planner import Planned

pytestmark = pytest.mark.anyio


def steps(outcome: Planned) -> dict[str, Step]:
    return {step.uses: step for step in outcome.plan.steps}


async def test_a_free_hour_is_looked_for_in_the_calendars_of_all_who_are_named() -> None:
    plan = steps(await planned("find an hour for Dana and me next week, then book it"))

    assert plan["calendar.find_free"].args["people"] == [{"$from": "contact.contact"}]
    assert plan["calendar.create"].args["attendees"] == [{"$from": "contact.contact"}]
    assert plan["calendar.create"].args["start"] == {"$from": "free.start"}


@pytest.mark.parametrize(
    ("say", "text"),
    [
        ("write to #wine on Slack that the barrels have arrived", "the barrels have arrived"),
        ("publish in #wine on Slack: the office is closed", "the office is closed"),
        ("תעדכני את הצוות בסלאק בערוץ #wine שהחביות הגיעו", "החביות הגיעו"),
    ],
)
async def test_what_is_to_be_said_in_a_channel_is_said_there(say: str, text: str) -> None:
    plan = steps(await planned(say, catalog=catalog("slack")))

    assert set(plan) == {"slack.send"}
    assert plan["slack.send"].args == {"text": text, "channel": "#wine"}


async def test_a_message_is_not_made_up() -> None:
    question = await asked("send a message to #wine on Slack", catalog=catalog("slack"))

    assert "Post a message to Slack" in question.text


async def test_numbers_go_where_they_are_counted() -> None:
    plan = steps(await planned("order 5 boxes of worm tablets from the wholesaler", catalog=catalog("clinic")))

    assert plan["clinic.order_medicine"].args["boxes"] == 5


async def test_two_files_are_compared_with_one_another() -> None:
    plan = (await planned("compare plan-a.docx with plan-b.docx")).plan

    assert [step.args.get("query") for step in plan.steps[:2]] == ["plan-a", "plan-b"]


async def test_more_that_is_said_of_one_thing_changes_it_once() -> None:
    plan = (await planned("Rename draft.docx to Final offer and file it under offers")).plan

    moves = [step.args for step in plan.steps if step.uses == "documents.move"]
    assert [(args["title"], args["folder"]) for args in moves] == [("Final offer", "offers")]


async def test_the_question_names_the_words_that_no_tool_knows() -> None:
    assert "No tool speaks of “pizza”" in (await asked("order a pizza to the office")).text
    assert "אף כלי אינו מכיר את „פיצה”" in (await asked("תזמיני פיצה למשרד")).text
