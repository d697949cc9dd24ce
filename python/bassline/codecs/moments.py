"""Codecs of dates, times and spans. Their payloads order as they do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bassline.codecs.codec import Codec, NotEncodableError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOLD = " fold=1"


def encode_naive(value: datetime | time) -> str:
    """Return the ISO form, which orders as text because all its parts have a fixed length."""
    return value.isoformat(timespec="microseconds") + (FOLD if value.fold else "")


def encode_datetime(value: datetime) -> Any:
    """Return the ISO form; of an aware one microseconds since 1970 in front of it, and its zone behind."""
    if value.tzinfo is None:
        return encode_naive(value)
    if value.utcoffset() is None:
        raise NotEncodableError
    micros = (value - EPOCH) // timedelta(microseconds=1)
    return [micros, encode_naive(value), zone_of(value.tzinfo)]


def decode_datetime(payload: Any) -> datetime:
    """Return the datetime, in its zone."""
    if isinstance(payload, str):
        return datetime.fromisoformat(payload.removesuffix(FOLD)).replace(fold=payload.endswith(FOLD))
    _, text, zone = payload
    local = decode_datetime(text)
    return local.replace(tzinfo=named_zone(zone, local.utcoffset()), fold=local.fold)


def encode_time(value: time) -> Any:
    """Return the ISO form; of an aware one with its zone behind."""
    if value.tzinfo is None:
        return encode_naive(value)
    zone, offset = zone_of(value.tzinfo), value.utcoffset()
    if not isinstance(zone, str) and offset is None:
        raise NotEncodableError
    return [encode_naive(value.replace(tzinfo=None)), zone, offset]


def decode_time(payload: Any) -> time:
    """Return the time, in its zone."""
    text, zone, offset = (payload, None, None) if isinstance(payload, str) else payload
    local = time.fromisoformat(text.removesuffix(FOLD)).replace(fold=text.endswith(FOLD))
    return local if isinstance(payload, str) else local.replace(tzinfo=named_zone(zone, offset))


def zone_of(zone: tzinfo) -> Any:
    """Return the key of a zone, the name of a fixed offset that was given one, or nothing: the offset says it all."""
    if isinstance(zone, ZoneInfo):
        return zone.key
    if isinstance(zone, timezone):
        name = zone.tzname(None)
        return None if name == timezone(zone.utcoffset(None)).tzname(None) else {"name": name}
    return None


def named_zone(zone: Any, offset: timedelta | None) -> tzinfo:
    """Return the zone of a key, or the fixed offset."""
    if isinstance(zone, str):
        return ZoneInfo(zone)
    offset = offset or timedelta()
    return timezone(offset, zone["name"]) if zone else timezone(offset)


CODECS: dict[type, Codec] = {
    date: Codec("date", date.isoformat, date.fromisoformat),
    time: Codec("time", encode_time, decode_time),
    datetime: Codec("datetime", encode_datetime, decode_datetime),
    timedelta: Codec(
        "timedelta",
        lambda value: [value.days, value.seconds, value.microseconds],
        lambda parts: timedelta(*parts),
    ),
}
