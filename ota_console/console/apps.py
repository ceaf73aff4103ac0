from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "ota_console.console"
    label = "console"
