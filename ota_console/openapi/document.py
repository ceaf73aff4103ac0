"""The whole document, as it is committed and served."""

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer


def described() -> str:
    """YAML. Raise KeyError for an operation that the table does not describe."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    text: bytes = OpenApiYamlRenderer().render(document)
    return text.decode()
