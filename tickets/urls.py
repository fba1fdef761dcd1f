"""Addresses of the residents' pages about tickets."""

from __future__ import annotations

from django.urls import path

from tickets.views import (
    areas,
    callbacks,
    feeds,
    me_too,
    my_tickets,
    near_by,
    photos,
    report_confirm,
    report_details,
    report_offline,
    report_photo_place,
    report_what,
    report_where,
    ticket,
    verify,
)

app_name = "tickets"
urlpatterns = [
    path("near-by/", near_by.near_by, name="near_by"),
    path("near-by/markers.json", near_by.markers, name="markers"),
    path("near-by/feed.rss", feeds.near_by_feed, name="near_by_feed"),
    path("near-by/tickets.geojson", feeds.tickets_geojson, name="near_by_geojson"),
    path("near-by/places-<slug:version>.json", near_by.places, name="places"),
    path("near-by/follow/", areas.follow, name="follow_area"),
    path("near-by/areas/<uuid:key>/unfollow/", areas.unfollow, name="unfollow_area"),
    path("report/", report_what.report_what, name="report"),
    path("report/article/", report_what.report_article, name="report_article"),
    path("report/where/", report_where.report_where, name="report_where"),
    path("report/near-by/", report_where.report_near_by, name="report_near_by"),
    path("report/details/", report_details.report_details, name="report_details"),
    path("report/photo-place/", report_photo_place.photo_place, name="report_photo_place"),
    path("report/confirm/", report_confirm.report_confirm, name="report_confirm"),
    path("report/offline/", report_offline.report_offline, name="report_offline"),
    path("report/offline/token.json", report_offline.csrf_token, name="report_token"),
    path("report/kept/", report_offline.report_kept, name="report_kept"),
    path("report/done/<str:reference>/", report_details.report_done, name="report_done"),
    path("my-tickets/", my_tickets.my_tickets, name="my_tickets"),
    path("t/<str:reference>/", ticket.ticket_page, name="ticket"),
    path("t/<str:reference>/live/", ticket.live_parts, name="live"),
    path("t/<str:reference>/feed.rss", feeds.ticket_feed, name="ticket_feed"),
    path("t/<str:reference>/me-too/", me_too.me_too, name="me_too"),
    path("t/<str:reference>/me-too/contact/", me_too.me_too_contact, name="me_too_contact"),
    path("t/<str:reference>/me-too/code/", me_too.me_too_code, name="me_too_code"),
    path("m/<str:token>/", me_too.my_me_too, name="my_me_too"),
    path("m/<str:token>/take-back/", me_too.take_back, name="take_back"),
    path("t/<str:reference>/follow/", ticket.follow, name="follow"),
    path("t/<str:reference>/call-me-back/", callbacks.call_me_back, name="call_me_back"),
    path("t/<str:reference>/message/", ticket.send_message, name="message"),
    path("t/<str:reference>/verify/", verify.verify_ticket, name="verify"),
    path("t/<str:reference>/new-code/", verify.new_code, name="new_code"),
    path("t/<str:reference>/photos/<uuid:key>/", photos.photo, name="photo"),
    path("t/<str:reference>/photos/<uuid:key>/<int:side>/", photos.smaller_photo, name="smaller_photo"),
    path("q/<str:token>/", verify.scan, name="scan"),
    path("v/<str:token>/", verify.verify_by_link, name="verify_by_link"),
]
