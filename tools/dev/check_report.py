#!/usr/bin/env python3
"""Opens report.html files in headless Chromium, 1280 and 400 px wide, light and dark.

Fails on messages on the console, requests of any kind beyond the page itself, plots that are not
drawn or can't be saved, pages wider than the window, more than six printed pages, and on a headline
of a better colour than what stands below it. Needs Debian's chromium, chromium-driver and
python3-selenium.

    tools/dev/check_report.py run/anglegan/report.html [--shots DIR]
"""
import argparse
import base64
import json
import pathlib
import re
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

WIDTHS = (1280, 400)
DRAWN = "return document.documentElement.dataset.drawn === 'yes'"
EMPTY_PLOTS = """return [...document.querySelectorAll('.plot')].filter((node) =>
  !node.querySelector('.main-svg') || node.getBoundingClientRect().width < 50 ||
  (node._fullLayout.scene ? !node.querySelector('canvas') : !node.querySelector('.trace, .barlayer')))
  .map((node) => node.getAttribute('aria-label'))"""
WIDER = """return [...document.querySelectorAll('body *')].filter((node) =>
  node.getBoundingClientRect().right > window.innerWidth + 1 && !node.closest('.scroll, pre, .plot'))
  .slice(0, 5).map((node) => node.tagName + '.' + node.className)"""
# The headline has a tone; chips and tiles below it must have none that is worse.
WORSE_BELOW = """const order = ['good', 'amber', 'bad'];
  const tone = (node) => order.findIndex((name) => node.classList.contains(name));
  const box = document.querySelector('.verdict');
  return [...document.querySelectorAll('#verdict .fact, .criteria .chip')].filter((node) => tone(node) > tone(box))
    .map((node) => node.textContent).concat(tone(box) < 0 ? ['a headline without a tone'] : [])"""
UNSAVED = """const done = arguments[0];
  Promise.all([...document.querySelectorAll('.plot')].map(async (node) => {
    const image = node._fullLayout.scene ? 'data:image/png' : await pngOf(node).catch(String);
    const rows = csvOf(node).trim().split('\\n');
    return image.startsWith('data:image/png') && rows.length > 1 ? null
      : node.getAttribute('aria-label') + ': ' + image.slice(0, 60) + ', ' + rows.length + ' rows';
  })).then((all) => done(all.filter(Boolean)))"""
MOST_PAGES = 6


def start() -> webdriver.Chrome:
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--use-angle=swiftshader",
                     "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_script_timeout(120)
    return driver


def wait_until_drawn(driver: webdriver.Chrome, seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if driver.execute_script(DRAWN):
            time.sleep(0.5)
            return True
        time.sleep(0.1)
    return False


def requests_of(driver: webdriver.Chrome, page: str) -> list[str]:
    messages = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    urls = (message["params"]["request"]["url"] for message in messages
            if message["method"] == "Network.requestWillBeSent")
    return [url for url in urls if url != page and not url.startswith(("data:", "blob:"))]


def printed(driver: webdriver.Chrome) -> bytes:
    pdf = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    time.sleep(0.5)  # the page goes back to its width
    return base64.b64decode(pdf["data"])


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def check(driver: webdriver.Chrome, file: pathlib.Path, width: int, theme: str,
          shots: pathlib.Path | None) -> list[str]:
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": theme}]})
    page = file.resolve().as_uri()
    driver.get(page)
    found = [] if wait_until_drawn(driver) else ["the page did not come to its end"]
    # Chromium says that software WebGL is slow, and how Plotly could read text sizes faster.
    found += [f"console: {entry['message']}" for entry in driver.get_log("browser")
              if "GPU stall due to ReadPixels" not in entry["message"]
              and "software WebGL" not in entry["message"]
              and "willReadFrequently" not in entry["message"]]
    found += [f"request: {url}" for url in requests_of(driver, page)]
    found += [f"plot without content: {name}" for name in driver.execute_script(EMPTY_PLOTS)]
    if driver.execute_script("return document.documentElement.scrollWidth") > width:
        found += ["wider than the window: " + ", ".join(driver.execute_script(WIDER))]
    if driver.execute_script("return document.querySelectorAll('.plot').length") == 0:
        found.append("there is no plot")
    found += [f"worse than the headline: {text}" for text in driver.execute_script(WORSE_BELOW)]
    if width == WIDTHS[0]:
        found += [f"cannot be saved: {name}" for name in driver.execute_async_script(UNSAVED)]
    if shots:
        whole = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True,
                                                                  "format": "png"})
        shots.mkdir(parents=True, exist_ok=True)
        name = f"{file.resolve().parent.name}-{width}-{theme}.png"
        (shots / name).write_bytes(base64.b64decode(whole["data"]))
    if width == WIDTHS[0]:
        pdf = printed(driver)
        if pages_of(pdf) > MOST_PAGES:
            found.append(f"prints to {pages_of(pdf)} pages")
        if shots:
            (shots / name).with_suffix(".pdf").write_bytes(pdf)
    return [f"{file} at {width} px, {theme}: {problem}" for problem in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path, help="folder for screenshots")
    arguments = parser.parse_args()
    driver = start()
    problems: list[str] = []
    try:
        for file in arguments.files:
            for width in WIDTHS:
                for theme in ("light", "dark"):
                    problems += check(driver, file, width, theme, arguments.shots)
    finally:
        driver.quit()
    print("\n".join(problems) or "reports: nothing to complain about")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
