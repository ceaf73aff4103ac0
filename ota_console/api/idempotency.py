"""Idempotency-Key: a POST that is sent again gives the first reply and changes nothing.

The first request claims the name with a row of its own, so that a second one running beside it is refused. Its changes
and its reply are committed together: a process that dies in between leaves neither, and the claim lapses. An upload
cannot hold a transaction open for as long as its bytes take; there the artifact itself, unique by package and version,
is what cannot be made twice.

Bodies are compared by a digest taken while they are read, so that a file of gigabytes is never held. The boundary of a
form is left out of it: clients choose another one for every request. Only success is kept: after a refusal nothing was
changed, and the name is free again.
"""

import hashlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from ota_console.api.large import LARGEST
from ota_console.api.models import KeptReply
from ota_console.core.encryption import Vault
from ota_console.core.errors import Conflict, Invalid
from ota_console.core.ids import new_public_id
from ota_console.tenancy.models import ApiKey

HEADER = "Idempotency-Key"
REPLAY_HEADER = "Idempotent-Replay"
LONGEST = 255
KEPT_FOR = timedelta(hours=24)
#: A claim without a reply is given up after this long. Requests answer within seconds, uploads take what they take.
CLAIM_LASTS, UPLOAD_LASTS = timedelta(minutes=2), timedelta(hours=6)
_CHUNK = 256 * 1024

Handler = Callable[..., HttpResponse]


def idempotent(post: Handler) -> Handler:
    """A view's `post` that honours the header. The view says by `streams` whether its body is read as it arrives."""

    @wraps(post)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        name = _name(request)
        if name is None:
            return post(view, request, *args, **kwargs)
        body = DigestedBody(request._request)
        lasts = UPLOAD_LASTS if view.streams else CLAIM_LASTS
        if not view.streams:
            body.load()
        caller: Any = request.user
        kept = _claim(caller.key, name, lasts)
        if kept.sealed_reply is not None:
            return _replay(kept, body)
        try:
            return _first(kept, body, view, lambda: post(view, request, *args, **kwargs))
        except BaseException:
            _release(kept)
            raise

    return once


def forget_old_replies() -> int:
    deleted, _ = KeptReply.objects.filter(claimed_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted


class DigestedBody:
    """Stands where Django reads a request's body from, and digests what passes."""

    def __init__(self, request: HttpRequest) -> None:
        self._body: Any = request._stream
        self._digest = hashlib.sha256(f"{request.get_full_path()}\n".encode())
        self._boundary = _boundary(request.content_params or {})
        self._rest = b""
        self._is_closed = False
        length = str(request.META.get("CONTENT_LENGTH", ""))
        self._length = int(length) if length.isdecimal() else 0
        request._stream = self  # type: ignore[assignment]

    def load(self) -> None:
        """Wait for all of it now: no transaction may be open while a slow client sends. What is too large stays unread,
        for the view to refuse.
        """
        if self._length <= LARGEST:
            self._body = io.BytesIO(self._received(self._body.read))

    def read(self, *size: int) -> bytes:
        return self._taken(self._received(self._body.read, *size))

    def readline(self, *size: int) -> bytes:
        return self._taken(self._received(self._body.readline, *size))

    def close(self) -> None:
        """Django closes what it has read to the end."""
        self._is_closed = True
        self._body.close()

    def fingerprint(self) -> str:
        """Of the whole request; reads what nobody has read yet."""
        while not self._is_closed and self.read(_CHUNK):
            pass
        self._digest.update(self._rest)
        self._rest = b""
        return self._digest.hexdigest()

    def _received(self, receive: Callable[..., bytes], *size: int) -> bytes:
        """Raise UnreadablePostError when the client went away."""
        try:
            return receive(*size)
        except OSError as error:
            raise UnreadablePostError(*error.args) from error

    def _taken(self, piece: bytes) -> bytes:
        if self._boundary:
            self._take_of_form(piece)
        else:
            self._digest.update(piece)
        return piece

    def _take_of_form(self, piece: bytes) -> None:
        text = (self._rest + piece).replace(self._boundary, b"")
        whole = max(len(text) - len(self._boundary) + 1, 0)  # the end may be the beginning of a boundary
        self._digest.update(text[:whole])
        self._rest = text[whole:]


def _boundary(parameters: dict[str, str]) -> bytes:
    return parameters.get("boundary", "").encode("latin-1", "replace")


def _name(request: Request) -> str | None:
    name: str | None = request.headers.get(HEADER)
    if name is None:
        return None
    if not (0 < len(name) <= LONGEST and name.isascii() and name.isprintable()):
        raise Invalid(f"{HEADER}: 1 to {LONGEST} printable ASCII characters", field=HEADER)
    return name


def _claim(key: ApiKey, name: str, lasts: timedelta) -> KeptReply:
    """The row of the name: ours to answer, or with the reply it has. Raise Conflict while another request has it."""
    now = timezone.now()
    KeptReply.objects.filter(api_key=key, name=name, claimed_at__lt=now - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return KeptReply.objects.create(api_key=key, name=name, claim=new_public_id(), claimed_at=now)
    except IntegrityError:
        return _taken(key, name, lasts, now)


def _taken(key: ApiKey, name: str, lasts: timedelta, now: datetime) -> KeptReply:
    kept = KeptReply.objects.filter(api_key=key, name=name).first()
    if kept is not None and kept.sealed_reply is not None:
        return kept
    claim = new_public_id()
    lapsed = KeptReply.objects.filter(api_key=key, name=name, sealed_reply=None, claimed_at__lt=now - lasts)
    if kept is None or not lapsed.update(claim=claim, claimed_at=now):
        raise Conflict(f"{HEADER}: a request with this key is still running; ask again later", field=HEADER)
    kept.claim, kept.claimed_at = claim, now
    return kept


def _first(kept: KeptReply, body: DigestedBody, view: Any, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer, and keep the answer: in one transaction where the view allows it."""
    if view.streams:
        response = answer()
        _keep(kept, body, response)
        return response
    with transaction.atomic():
        response = answer()
        _keep(kept, body, response)
        return response


def _keep(kept: KeptReply, body: DigestedBody, response: Any) -> None:
    """Raise Conflict when the claim lapsed meanwhile and another request took it."""
    if response.status_code >= 300:
        _release(kept)
        return
    reply = JSONRenderer().render(response.data)
    mine = KeptReply.objects.filter(pk=kept.pk, claim=kept.claim, sealed_reply=None)
    if not mine.update(fingerprint=body.fingerprint(), sealed_reply=_vault().seal(reply, context=_context(kept))):
        raise Conflict(f"{HEADER}: this request took too long and was begun again", field=HEADER)


def _replay(kept: KeptReply, body: DigestedBody) -> HttpResponse:
    if body.fingerprint() != kept.fingerprint:
        raise Conflict(f"{HEADER}: this key was used before, for another request", field=HEADER)
    try:
        reply = _vault().open(bytes(kept.sealed_reply or b""), context=_context(kept))
    except ValueError as error:
        raise Conflict(f"{HEADER}: the first reply can no longer be read", field=HEADER) from error
    return HttpResponse(reply, content_type="application/json", headers={REPLAY_HEADER: "true"})


def _release(kept: KeptReply) -> None:
    KeptReply.objects.filter(pk=kept.pk, claim=kept.claim, sealed_reply=None).delete()


def _context(kept: KeptReply) -> bytes:
    return f"reply {kept.pk}".encode()


def _vault() -> Vault:
    return _vault_of(settings.OTA_ENCRYPTION_KEY)


@lru_cache
def _vault_of(keys: str) -> Vault:
    return Vault.from_text(keys)
