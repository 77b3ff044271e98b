"""Draws the PNG icons from web/icons/nestling.svg with Chromium. Run it after changing the drawing."""

import re
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ICONS = Path(__file__).resolve().parents[1] / "icons"
BACKGROUND = "#2f7d57"
# file name: (pixels, whether corners are round, share of the picture that the drawing fills)
SIZES = {
    "icon-192.png": (192, True, 1.0),
    "icon-512.png": (512, True, 1.0),
    "icon-maskable-512.png": (512, False, 0.8),  # systems cut up to a tenth off each side
    "apple-touch-icon.png": (180, False, 1.0),
}


def main() -> None:
    """Write every size."""
    svg = (ICONS / "nestling.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for name, (size, is_round, share) in SIZES.items():
            draw(page, svg if is_round else re.sub(r' rx="28"', "", svg), ICONS / name, size, share)
        browser.close()


def draw(page: Page, svg: str, target: Path, size: int, share: float) -> None:
    """One PNG of `size` pixels."""
    page.set_viewport_size({"width": size, "height": size})
    background = BACKGROUND if share < 1 else "transparent"
    page.set_content(
        f"<style>body{{margin:0;background:{background};display:grid;place-items:center;height:100vh}}"
        f"svg{{width:{100 * share}vw;height:{100 * share}vh}}</style>{svg}"
    )
    page.screenshot(path=target, omit_background=True)


if __name__ == "__main__":
    main()
