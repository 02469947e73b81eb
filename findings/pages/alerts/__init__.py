"""What do I want to be told, and did it arrive? Alerts, their channels, and the log of deliveries."""

from django.urls import path

from findings.pages.alerts import channels, view

ROUTES = [
    path("settings/alerts/", view.alerts, name="settings-alerts"),
    path("settings/alerts/new/", view.new, name="settings-alert-new"),
    path("settings/alerts/<int:pk>/", view.alert, name="settings-alert"),
    path("settings/alerts/<int:pk>/switch/", view.switch, name="settings-alert-switch"),
    path("settings/alerts/<int:pk>/test/", view.test, name="settings-alert-test"),
    path("settings/alerts/<int:pk>/delete/", view.delete, name="settings-alert-delete"),
    path("settings/alerts/deliveries/<int:pk>/retry/", view.retry, name="settings-delivery-retry"),
    path("settings/alerts/channels/new/", channels.new, name="settings-channel-new"),
    path("settings/alerts/channels/<int:pk>/", channels.channel, name="settings-channel"),
    path("settings/alerts/channels/<int:pk>/delete/", channels.delete, name="settings-channel-delete"),
]
