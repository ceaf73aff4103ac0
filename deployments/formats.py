"""Image formats, told by the first bytes of an artifact. On upload the bytes decide, later the stored type."""

from dataclasses import dataclass

HEAD_BYTES = 32  # enough for every detector below


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """`name` is the manifest's component type; `magic` is what a file of this format starts with."""

    name: str
    magic: bytes

    def matches(self, head: bytes) -> bool:
        return head.startswith(self.magic)


MCUBOOT = ImageFormat(name="mcuboot", magic=bytes.fromhex("3db8f396"))  # IMAGE_MAGIC 0x96f3b83d, little endian
DEFAULT = ImageFormat(name="default", magic=b"")
FORMATS = (MCUBOOT, DEFAULT)


def detect(head: bytes) -> ImageFormat:
    return next(image_format for image_format in FORMATS if image_format.matches(head))
