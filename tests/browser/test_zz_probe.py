import pytest
from django.test import Client
from tests.browser.test_every_page import *
@pytest.mark.django_db
def test_probe(now, browse):
    now(AFTER)
    w = world()
    for who in ("staff", *READERS):
        c = browse(w.people[who])
        urls = addresses(w.keys, only="plans:")
        pages = [u for u in urls if is_page(c, u)]
        print(who, len(pages), pages if who in ("staff","drafting","superior") else "")
        if who == "staff":
            print("not pages", [ (u, c.get(u).status_code) for u in urls if u not in pages])
