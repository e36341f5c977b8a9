"""What is drawn anew for each who asks is not drawn any number of times a minute."""

from django.urls import URLPattern, URLResolver, get_resolver

DRAWN = (".pdf", ".xlsx", ".docx", "<str:form>", "<slug:form>")
# Kept as files, or made as long work: handing them out is cheap.
HANDED_OUT = {"reports:snapshot-file"}


def patterns(found, namespace=""):
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(
                one.url_patterns, f"{namespace}{one.namespace}:" if one.namespace else namespace
            )
        elif isinstance(one, URLPattern):
            yield f"{namespace}{one.name}", str(one.pattern), one.callback


def test_every_paper_and_workbook_has_its_limit():
    drawn = [
        (name, view)
        for name, route, view in patterns(get_resolver().url_patterns)
        if any(form in route for form in DRAWN)
    ]
    assert len(drawn) > 10
    free = [name for name, view in drawn if not getattr(view, "is_costly", False)]
    assert sorted(free) == sorted(HANDED_OUT)
