"""The pages in a real Chromium, served by the real server. Apart from tests/web: while Playwright is at work in a
thread, Django lets nobody use its database there."""
