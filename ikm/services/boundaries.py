"""Boundaries of kecamatan and kelurahan from the office's own GeoJSON. The portal brings none of its own."""

import json

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.indonesia import match_kecamatan, match_kelurahan
from ikm.models import Area

MOST_BYTES = 20 * 1024 * 1024
MOST_FEATURES = 500
MOST_POINTS = 500_000
LONGITUDES = (110.20, 110.60)
LATITUDES = (-7.20, -6.85)

_CODE_KEYS = ("kode", "code", "kode_wilayah", "kdppum")
_NAME_KEYS = ("nama", "name", "namobj", "kelurahan", "desa")
_KECAMATAN_KEYS = ("kecamatan", "wadmkc")


def load_boundaries(content):
    """Put the polygons of a GeoJSON (bytes) on the areas of the register, all of them or none.

    A feature names its area by its Kemendagri code (`kode`) or by name, a kelurahan whose name occurs twice also by
    `kecamatan`. Returns the codes of the areas set. Raises ValidationError with one sentence per fault.
    """
    features = _features(content)
    boundaries, faults = {}, []
    points_left = MOST_POINTS
    for number, feature in enumerate(features, 1):
        try:
            code = _area_code(feature)
            if code in boundaries:
                raise ValidationError(_("wilayah %(code)s muncul dua kali.") % {"code": code})
            geometry, points = _geometry(feature.get("geometry"))
            points_left -= points
        except ValidationError as error:
            faults += [
                _("Fitur ke-%(number)d: %(fault)s") % {"number": number, "fault": m} for m in error.messages
            ]
            continue
        boundaries[code] = geometry
    if points_left < 0:
        faults.append(
            _("Berkas memuat lebih dari %(most)d titik. Sederhanakan garisnya.") % {"most": MOST_POINTS}
        )
    areas = Area.objects.in_bulk(boundaries)
    faults += [
        _("Wilayah %(code)s belum ada di portal. Jalankan load_reference lebih dahulu.") % {"code": code}
        for code in boundaries
        if code not in areas
    ]
    if faults:
        raise ValidationError(faults)
    for code, area in areas.items():
        area.boundary = boundaries[code]
    with transaction.atomic():
        Area.objects.bulk_update(areas.values(), ["boundary"], batch_size=50)
    return sorted(areas)


def _features(content):
    if len(content) > MOST_BYTES:
        raise ValidationError(
            _("Berkas lebih besar dari %(most)d MB. Sederhanakan garis batasnya.")
            % {"most": MOST_BYTES // 1024 // 1024}
        )
    try:
        collection = json.loads(content)
    except (ValueError, RecursionError):
        raise ValidationError(_("Berkas ini bukan GeoJSON: isinya tidak terbaca sebagai JSON.")) from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise ValidationError(_("Berkas ini bukan GeoJSON berjenis FeatureCollection."))
    if not features:
        raise ValidationError(_("Berkas tidak memuat satu wilayah pun."))
    if len(features) > MOST_FEATURES:
        raise ValidationError(
            _("Berkas memuat lebih dari %(most)d wilayah; Kota Semarang hanya mempunyai 193.")
            % {"most": MOST_FEATURES}
        )
    return features


def _area_code(feature):
    """The code of the area that a feature names. Raises ValidationError."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValidationError(_("tidak mempunyai keterangan (properties)."))
    properties = {str(key).lower(): str(value).strip() for key, value in properties.items() if value}
    code = next((properties[key] for key in _CODE_KEYS if key in properties), "")
    name = next((properties[key] for key in _NAME_KEYS if key in properties), "")
    kecamatan = next((properties[key] for key in _KECAMATAN_KEYS if key in properties), None)
    text = code or name or kecamatan
    if not text:
        raise ValidationError(_("tidak menyebut kode atau nama wilayah."))
    digits = len(text.replace(".", "")) if code else 0
    of_kecamatan = digits == 6 or (
        not code and (not name or properties.get("level", "").lower() == "kecamatan")
    )
    area = match_kecamatan(text) if of_kecamatan else match_kelurahan(text, kecamatan if not code else None)
    return area.code


def _geometry(geometry):
    """A clean copy of a (multi)polygon and the number of its points. Raises ValidationError."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValidationError(_("bentuknya harus Polygon atau MultiPolygon."))
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not coordinates:
        raise ValidationError(_("tidak mempunyai koordinat."))
    polygons = [coordinates] if kind == "Polygon" else coordinates
    clean, points = [], 0
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise ValidationError(_("salah satu poligonnya kosong."))
        rings = [_ring(ring) for ring in polygon]
        points += sum(map(len, rings))
        clean.append(rings)
    return {"type": kind, "coordinates": clean[0] if kind == "Polygon" else clean}, points


def _ring(ring):
    if not isinstance(ring, list) or len(ring) < 4:
        raise ValidationError(_("garis batas harus mempunyai paling sedikit empat titik."))
    clean = [_position(position) for position in ring]
    if clean[0] != clean[-1]:
        raise ValidationError(_("garis batas tidak tertutup: titik akhirnya harus sama dengan titik awal."))
    return clean


def _position(position):
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) != 2 or not all(
        isinstance(number, int | float) and not isinstance(number, bool) for number in numbers
    ):
        raise ValidationError(_("ada titik yang bukan pasangan angka [bujur, lintang]."))
    longitude, latitude = numbers
    if _in_city(longitude, latitude):
        return [round(longitude, 6), round(latitude, 6)]
    if _in_city(latitude, longitude):
        raise ValidationError(_("bujur dan lintang tertukar. GeoJSON menulis bujur lebih dahulu."))
    raise ValidationError(
        _(
            "titik (%(longitude)s; %(latitude)s) berada di luar Kota Semarang. Pakai koordinat derajat WGS 84, bukan meter."
        )
        % {"longitude": str(longitude)[:20], "latitude": str(latitude)[:20]}
    )


def _in_city(longitude, latitude):
    return LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
