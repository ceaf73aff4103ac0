"""How primary keys of devices are grouped, so that a place in a long list is found by adding up few numbers."""

#: A bucket spans 4096 keys: a million devices are 245 numbers to add up.
BUCKET_BITS = 12


def bucket_of(key: int) -> int:
    return key >> BUCKET_BITS


def first_key(bucket: int) -> int:
    return bucket << BUCKET_BITS
