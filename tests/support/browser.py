"""A real Chromium, and what it says about a page: console, requests, focus."""

import base64
import json

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from syncbus_test import ROOT, wait_until

OUT = ROOT / "build" / "browser"
WAIT_S = 30  # two cores may be shared by many
PACKAGES = ROOT / "build" / "packages" / "browser"

# Everything that may not pass: the levels of WCAG 2.2 AA and good practice.
AXE_RUN = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(
    (result) => done(result.violations.map((v) => [v.id, v.help,
        v.nodes.map((n) => n.html + " " + n.failureSummary)])),
    (problem) => done([["axe", String(problem), []]]));
"""


def _axe():
    """axe-core, a file of a wheel."""
    return next(PACKAGES.glob("lib/*/site-packages/*/axe.min.js"))


def _options():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en",
                 "--force-prefers-reduced-motion", "--no-first-run",
                 "--disable-background-networking", "--disable-extensions"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs",
                           {"browser": "ALL", "performance": "ALL"})
    return options


class Browser:
    def __init__(self):
        OUT.mkdir(parents=True, exist_ok=True)
        self.driver = webdriver.Chrome(
            service=Service("/usr/bin/chromedriver"), options=_options())
        self.driver.set_script_timeout(60)
        self.driver.set_page_load_timeout(30)
        self.reset()

    def close(self):
        self.driver.quit()

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def reset(self):
        """As new: no cookies, no cache, a desktop in daylight."""
        self.driver.get("about:blank")
        self.cdp("Network.clearBrowserCookies")
        self.cdp("Network.clearBrowserCache")
        self.size(1280, 900)
        self.scheme("light")
        self.console(), self.network()

    # ---- how it looks at the page ----

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width,
                 height=height, deviceScaleFactor=1, mobile=width < 600)

    def scheme(self, name):
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name}])

    def screenshot(self, name, full=False):
        """To build/browser/NAME.png."""
        self.js("scrollTo(0, 0);")
        self.settle()
        shot = self.cdp("Page.captureScreenshot", format="png",
                        captureBeyondViewport=full)
        path = OUT / f"{name}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    # ---- going on ----

    def open(self, url):
        self.driver.get(url)
        return self

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, expression, what=None, seconds=WAIT_S):
        """Until a JavaScript expression is true; its value."""
        return wait_until(lambda: self.js(f"return ({expression});"), seconds,
                          what or f"{expression}\n{self.text()}")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.find(selector).click()

    def text(self, selector="main"):
        """What is to be seen of it; None when nothing is."""
        return self.js("const n = document.querySelector(arguments[0]);"
                       "return n && n.checkVisibility()"
                       " ? n.innerText.replaceAll('\\u00a0', ' ') : null;",
                       selector)

    def attribute(self, selector, name):
        return self.find(selector).get_attribute(name)

    def wait_text(self, selector, text, seconds=WAIT_S):
        return wait_until(lambda: text in (self.text(selector) or ""), seconds,
                          f"'{text}' in {selector}: {self.text(selector)}")

    def press(self, *keys):
        """Keys as a person presses them, at whatever has the focus."""
        chain = ActionChains(self.driver)
        for key in keys:
            chain.send_keys(key)
        chain.perform()

    # ---- what it says ----

    def console(self):
        """What came to the console since the last call, but for advice."""
        return [entry for entry in self.driver.get_log("browser")
                if entry["level"] in ("SEVERE", "WARNING", "INFO")]

    def network(self):
        """CDP's Network events since the last call."""
        messages = [json.loads(entry["message"])["message"]
                    for entry in self.driver.get_log("performance")]
        return [m for m in messages if m["method"].startswith("Network.")]

    def axe(self):
        """Violations: [rule, help, [element and why]]."""
        if not self.js("return typeof axe === 'object';"):
            self.cdp("Runtime.evaluate", expression=_axe().read_text())
        return self.driver.execute_async_script(AXE_RUN)

    def settle(self):
        """Two frames: what is to be drawn is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => requestAnimationFrame(done));")


def requests(events):
    """url -> {"status", "type", "bytes", "cached"} of finished requests."""
    found, urls = {}, {}
    for event in events:
        p = event["params"]
        key = p.get("requestId")
        if event["method"] == "Network.requestWillBeSent":
            urls[key] = p["request"]["url"]
            found[urls[key]] = {"status": 0, "bytes": 0, "cached": False}
        elif key not in urls:
            continue
        elif event["method"] == "Network.responseReceived":
            row = found[urls[key]]
            row["status"] = p["response"]["status"]
            row["headers"] = {name.lower(): value for name, value
                              in p["response"]["headers"].items()}
            row["cached"] = row["cached"] or p["response"].get(
                "fromDiskCache", False)
            row["bytes"] = max(row["bytes"],
                               p["response"].get("encodedDataLength", 0))
        elif event["method"] == "Network.responseReceivedExtraInfo":
            found[urls[key]]["wire_status"] = p["statusCode"]
        elif event["method"] == "Network.requestServedFromCache":
            found[urls[key]]["cached"] = True
        elif event["method"] == "Network.loadingFinished":
            row = found[urls[key]]
            row["bytes"] = max(row["bytes"], p["encodedDataLength"])
    return found


