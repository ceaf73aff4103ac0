"""The description of the REST API, made from the serializers that read its requests and write its replies."""
