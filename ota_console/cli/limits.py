"""What device builds with default settings can take. More is allowed, but said."""

from ota_console.cli.output import Screen

LABEL_LENGTH = 16
COMPONENTS = 1


def warn_of_labels(screen: Screen, package: str, version: str) -> None:
    for kind, text in (("package name", package), ("version", version)):
        if len(text) > LABEL_LENGTH:
            screen.warn(
                f"The {kind} {text} is longer than {LABEL_LENGTH} characters. "
                "Devices built with default settings cannot take it."
            )


def warn_of_components(screen: Screen, count: int) -> None:
    if count > COMPONENTS:
        screen.warn(
            f"This deployment has {count} artifacts. Devices built with default settings take only {COMPONENTS}."
        )
