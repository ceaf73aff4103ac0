from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "ota_console.api"
    label = "api"
