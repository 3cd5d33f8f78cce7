"""The report as one page that needs nothing else: no network, no server, no library. It opens from a mail attachment and prints to a clean PDF."""

from cloudsoc.reports.html.page import html

__all__ = ["html"]
