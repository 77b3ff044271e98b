"""Learn: each page does what it says, and the tour leads along the nine steps."""

from collections.abc import Callable

import pytest
from conftest import PHONE, Server, new_phone, watch
from playwright.sync_api import Browser, Page, expect
from test_pages import DESKTOP, look_at

LESSONS = {
    "rules": "Rules or learning",
    "neuron": "A neuron",
    "loop": "The training loop",
    "sizes": "Microprocessor and microcontroller",
    "precision": "What precision means",
}
STEPS = ["Collect data", "Preprocess", "Design a model", "Train", "Evaluate", "Optimize", "Convert", "Deploy", "Make inferences"]


def slide(page: Page, name: str, value: float) -> None:
    page.get_by_role("slider", name=name).fill(str(value))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_every_page_to_learn_with_is_accessible(
    server: Server, launch: Callable[..., Browser], name: str, size: dict[str, int], scheme: str
) -> None:
    page = new_phone(launch, viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()
    complaints = watch(page)
    page.goto(f"{server.url}/#/learn")
    for lesson, title in LESSONS.items():
        page.goto(f"{server.url}/#/learn")
        page.get_by_role("link", name=title).click()
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
        look_at(page, f"learn-{lesson}-{name}-{scheme}")
    assert complaints == []


def test_a_rule_breaks_and_examples_teach(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/learn?page=rules")
    status = page.get_by_role("status").filter(has_text="% of")
    slide(page, "Running begins at", 7)
    slide(page, "Biking begins at", 14)
    expect(status).to_contain_text("A rule is enough here")
    expect(page.get_by_text("if speed < 7: walking")).to_be_visible()
    page.get_by_role("radio", name="golfing as well").check()
    expect(status).to_contain_text("The rule has broken".lower())
    with_rule = int(status.inner_text().split(" %")[0])
    page.get_by_role("button", name="Learn from the examples").click()
    expect(status).to_contain_text("Nobody wrote these borders")
    assert with_rule < 76 < 93 < int(status.inner_text().split(" %")[0])


def test_a_neuron_adds_up(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/learn?page=neuron")
    for name, value in (("input 1", 2), ("weight 1", -1), ("input 2", 1), ("weight 2", 0.5), ("bias", 0.25)):
        slide(page, name, value)
    formula = page.locator(".formula")
    expect(formula).to_contain_text("2.00 × −1.00 + 1.00 × 0.50 + 0.25 = −1.25")
    expect(formula).to_contain_text("ReLU gives 0.00")
    page.get_by_role("radio", name="sigmoid").check()
    expect(formula).to_contain_text("sigmoid gives 0.22")


def test_improving_makes_fewer_mistakes(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/learn?page=loop")
    status = page.get_by_role("status").filter(has_text="mistake")
    before = int(status.inner_text().split()[0])
    page.get_by_role("button", name="Improve once").click()
    expect(status).to_contain_text("after 1 improvements")
    slide(page, "Learning rate", 20)
    page.get_by_role("button", name="Improve 100 times").click()
    expect(status).to_contain_text("after 101 improvements")
    assert int(status.inner_text().split()[0]) < before / 2


def test_fewer_bits_make_a_larger_error(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/learn?page=precision")
    slide(page, "A number", 0.3)
    slide(page, "Bits", 2)
    expect(page.get_by_text("0.33333")).to_be_visible()  # the levels are -1, -1/3, 1/3, 1
    slide(page, "Bits", 8)
    expect(page.get_by_text("0.00784")).to_be_visible()  # 2 / 255
    expect(page.get_by_text("24 kB instead of 96 kB")).to_be_visible()


def test_the_tour_leads_along_the_nine_steps_with_the_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/#/learn")
    page.get_by_role("button", name="Take the tour").focus()
    page.keyboard.press("Enter")
    for n, step in enumerate(
        ["Collect data", "Preprocess", "Design a model", "Train", "Evaluate", "Optimize", "Convert", "Deploy", "Make inferences"],
        1,
    ):
        card = page.get_by_role("region", name="Tour")
        expect(card).to_contain_text(f"Step {n} of 9: {step}", timeout=60_000)
        if n < 9:
            card.get_by_role("link", name="Next").focus()
            page.keyboard.press("Enter")
    page.get_by_role("button", name="That was the tour").click()
    expect(page.get_by_role("region", name="Tour")).to_have_count(0)
