"""What device builds with default settings can take. More is allowed, but said."""

from ota_console.cli.output import Screen

LABEL_LENGTH = 16


def warn_of_labels(screen: Screen, package: str, version: str) -> None:
    for kind, text in (("package name", package), ("version", version)):
        if len(text) > LABEL_LENGTH:
            screen.warn(
                f"The {kind} {text} is longer than {LABEL_LENGTH} characters. "
                "Devices built with default settings cannot take it."
            )
