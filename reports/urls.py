"""Addresses of cycles, reports, notices and the journal; one name per act."""

from django.urls import path

from reports.views import cycle, entry, filling, notice, report, review

app_name = "reports"
urlpatterns = [
    path("cycles/", cycle.CycleList.as_view(), name="cycle-list"),
    path("cycles/open/", cycle.open_next, name="cycle-open"),
    path("cycles/<int:year>/", cycle.board, name="cycle-board"),
    path("cycles/<int:year>/export.xlsx", cycle.export, name="cycle-export"),
    path("cycles/<int:year>/switches/", cycle.switches, name="cycle-switches"),
    path("reports/", report.ReportList.as_view(), name="report-list"),
    path("reports/<int:pk>/", report.ReportDetail.as_view(), name="report-detail"),
    path("reports/<int:pk>/why/", report.Why.as_view(), name="report-why"),
    path("reports/<int:pk>/files/<int:file_pk>/", report.download, name="report-file"),
    path("reports/<int:pk>/receipt/", report.receipt, name="report-receipt"),
    path("reports/<int:pk>/receipt.pdf", report.receipt_paper, name="report-receipt-paper"),
    path("reports/<int:pk>/fill/", filling.start, name="report-fill"),
    path("reports/<int:pk>/fill/<slug:section>/", filling.section, name="report-section"),
    path("reports/<int:pk>/send/", filling.send, name="report-send"),
    path("reports/<int:pk>/nil/", filling.nil, name="report-nil"),
    path("reports/<int:pk>/accept/", review.accept, name="report-accept"),
    path("reports/<int:pk>/return/", review.return_, name="report-return"),
    path("reports/<int:pk>/extend/", review.extend, name="report-extend"),
    path("reports/<int:pk>/exempt/", review.exempt, name="report-exempt"),
    path("notices/", notice.NoticeList.as_view(), name="notice-list"),
    path("notices/<int:pk>/", notice.NoticeDetail.as_view(), name="notice-detail"),
    path("notices/<int:pk>/retry/", notice.retry, name="notice-retry"),
    path("journal/", entry.EntryList.as_view(), name="entry-list"),
]
