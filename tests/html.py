"""A page as a test reads it, and what every page must hold to: a title, one h1, labels, no inline style or script."""

from collections import Counter

from lxml import html
from lxml.html import HtmlElement

_UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """A parsed page."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree: HtmlElement = html.fromstring(text)

    @property
    def whole(self) -> bool:
        """Whether this is a page and not a fragment of one."""
        return "<html" in self.text[:300].lower()

    def all(self, path: str) -> list[HtmlElement]:
        """The elements at an XPath."""
        found: list[HtmlElement] = self.tree.xpath(path)
        return found

    def words(self, path: str = "//main") -> str:
        """The text of the elements at an XPath, spaces folded."""
        return " ".join(" ".join(element.text_content() for element in self.all(path)).split())

    def csrf_token(self) -> str:
        """The token of the first form, or nothing."""
        found: list[str] = self.tree.xpath("//input[@name='csrf_token']/@value")
        return found[0] if found else ""

    def faults(self) -> list[str]:
        """What is wrong with the page."""
        found = self._policy_faults() + self._label_faults()
        identifiers = Counter(self.tree.xpath("//*/@id"))
        found += [f"id {name!r} stands {count} times" for name, count in identifiers.items() if count > 1]
        if self.whole:
            if not (self.tree.xpath("string(//title)") or "").strip():
                found.append("no title")
            headings = len(self.all("//h1"))
            if headings != 1:
                found.append(f"{headings} h1")
            if not self.tree.xpath("/html/@lang"):
                found.append("no language")
        return found

    def _policy_faults(self) -> list[str]:
        found = [f"inline style on {element.tag}" for element in self.all("//*[@style]")]
        found += ["style element" for _ in self.all("//style")]
        found += ["inline script" for element in self.all("//script[not(@src)]") if element.get("type") != "application/json"]
        found += [f"handler on {element.tag}" for element in self.all("//*[@*[starts-with(name(), 'on')]]")]
        found += [
            "POST form without token"
            for form in self.all("//form[translate(@method,'POST','post')='post']")
            if not form.xpath(".//input[@name='csrf_token']")
        ]
        return found

    def _label_faults(self) -> list[str]:
        labelled = set(self.tree.xpath("//label/@for"))
        found = []
        for control in self.all("//input | //select | //textarea"):
            if control.tag == "input" and control.get("type", "text") in _UNLABELLED:
                continue
            named = control.get("id") in labelled or control.get("aria-label") or control.get("aria-labelledby")
            if not named and not control.xpath("ancestor::label"):
                found.append(f"no label for {control.get('name')}")
        found += [f"image without alt: {image.get('src')}" for image in self.all("//img[not(@alt)]")]
        return found

    def check(self) -> None:
        """Fails with everything that is wrong with the page."""
        faults = self.faults()
        assert not faults, "; ".join(faults[:10])
