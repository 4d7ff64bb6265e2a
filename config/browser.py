"""The Chromium that browser tests drive: one that is installed, or one put there for them. Standard library only."""

import os
import shutil
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
_ON_A_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_PLAYWRIGHTS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)

# What is switched off. The first line is ours: for each window, also of a browser without a screen, the address bar
# keeps two pages of suggestions at hand that cost more than most of our pages, and a process waits for what may come.
# The others are Playwright's own: a browser that is given two such lists heeds the last one only.
_OFF = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "LensOverlay"),
    *("HttpsFirstBalancedModeAutoEnable", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "TcpPortRandomizationWin", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
)

# Headless, with nothing that calls home; root may not use the sandbox, and no page but ours is ever opened.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(_OFF)}",
)


def find_browser() -> "str | None":
    """The path of a browser: the one that `BROWSER_PATH` names, one on the path, or Playwright's own."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            return found
    if sys.platform == "darwin":
        for path in _ON_A_MAC:
            if Path(path).exists():
                return path
    for pattern in _PLAYWRIGHTS:
        for path in sorted(_playwright_folder().glob(pattern), reverse=True):
            return str(path)
    return None


def _playwright_folder() -> Path:
    if os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(os.environ["PLAYWRIGHT_BROWSERS_PATH"])
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"
