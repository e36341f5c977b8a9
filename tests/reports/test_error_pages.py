"""Pages for what went wrong are in the same dress, and the last one needs nothing that may be broken."""

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import path

from isotrack import urls
from reports.views import error
from tests import make

pytestmark = pytest.mark.django_db


def test_an_unknown_address_is_told_to_a_stranger():
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert "Không có trang này" in response.content.decode()


def test_an_unknown_address_keeps_the_navigation_of_whoever_is_signed_in(browse):
    response = browse(make.officer(make.agency())).get("/no/such/page/")
    assert "Báo cáo năm" in response.content.decode()


def test_the_page_of_an_error_asks_neither_database_nor_request(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = error.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Hệ thống gặp lỗi" in response.content.decode()


@pytest.mark.parametrize(
    ("page", "status"), [(error.bad_request, 400), (error.forbidden, 403), (error.not_found, 404)]
)
def test_each_has_one_heading_and_its_status(page, status):
    response = page(RequestFactory().get("/"), Exception())
    assert response.status_code == status
    assert response.content.decode().count("<h1") == 1


def _breaks(request):
    raise RuntimeError("broken on purpose")


def _is_away(request):
    raise OperationalError("server closed the connection unexpectedly")


urlpatterns = [path("breaks/", _breaks), path("away/", _is_away), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.mark.urls(__name__)
def test_whatever_breaks_ends_on_that_page(browse):
    lan = browse(make.officer(make.agency()))
    lan.raise_request_exception = False
    response = lan.get("/breaks/")
    assert response.status_code == 500
    assert "Hệ thống gặp lỗi" in response.content.decode()


@pytest.mark.urls(__name__)
def test_while_the_database_is_away_people_are_told_to_press_again(browse):
    lan = browse(make.officer(make.agency()))
    lan.raise_request_exception = False
    response = lan.get("/away/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "bấm lại không gửi thêm lần nữa" in response.content.decode()


@pytest.mark.parametrize("url", ["/account/closed/", "/account/inactive/"])
def test_what_a_closed_installation_does_not_offer_is_said_to_strangers(url):
    assert Client().get(url).status_code == 200
