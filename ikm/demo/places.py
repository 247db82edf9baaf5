"""Where things are in the demo city: our own rough centres, rounded, good enough to see where a dot belongs."""

import math

from core.indonesia import areas_of_semarang

#: (latitude, longitude) of each kecamatan, by eye, three decimals.
CENTRES = {
    "Semarang Tengah": (-6.983, 110.419),
    "Semarang Utara": (-6.966, 110.414),
    "Semarang Timur": (-6.976, 110.440),
    "Gayamsari": (-6.990, 110.450),
    "Genuk": (-6.966, 110.483),
    "Pedurungan": (-7.010, 110.475),
    "Semarang Selatan": (-6.999, 110.426),
    "Candisari": (-7.016, 110.428),
    "Gajahmungkur": (-7.010, 110.405),
    "Tembalang": (-7.040, 110.455),
    "Banyumanik": (-7.070, 110.420),
    "Gunungpati": (-7.090, 110.375),
    "Semarang Barat": (-6.990, 110.385),
    "Mijen": (-7.055, 110.315),
    "Ngaliyan": (-7.005, 110.345),
    "Tugu": (-6.978, 110.325),
}
#: How far a kecamatan reaches from its centre, in degrees.
REACH = {
    "Gunungpati": 0.026,
    "Mijen": 0.026,
    "Tembalang": 0.022,
    "Banyumanik": 0.022,
    "Ngaliyan": 0.02,
    "Genuk": 0.018,
}
USUAL_REACH = 0.012
NORTHERNMOST = -6.945  # the sea begins
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

STREETS = (
    "Mawar Melati Kenanga Cempaka Anggrek Dahlia Flamboyan Bougenville Teratai Kamboja Merpati Kutilang Cendrawasih "
    "Rajawali Jalak Kepodang Nuri Parkit Beringin Jati Sengon Mahoni Trembesi Asem Manggis Rambutan Jambu Delima "
    "Srikaya Salak Pandawa Arjuna Bima Nakula Sadewa Srikandi Subali Sugriwa Taman Tirto Wahyu Rejo Makmur Mulyo "
    "Tentrem Sejahtera Guyub Rukun Gotong Sido Luhur Sari Bumi Bukit Lembah Kali Sumber Waduk Tambak Bahari"
).split()
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def kelurahan_by_kecamatan():
    """{kecamatan name: [Area of each kelurahan]}, in the order of the codes."""
    found = {}
    for area in areas_of_semarang():
        if area.level == "kelurahan":
            found.setdefault(area.kecamatan, []).append(area)
    return found


def position(rng, kelurahan, index, count):
    """A point near the middle of the `index`-th of `count` kelurahan of its kecamatan, six decimals as text."""
    latitude, longitude = CENTRES[kelurahan.kecamatan]
    radius = REACH.get(kelurahan.kecamatan, USUAL_REACH) * math.sqrt((index + 0.5) / count)
    angle = index * GOLDEN_ANGLE
    latitude += radius * math.sin(angle) + rng.gauss(0, 0.0018)
    longitude += radius * math.cos(angle) + rng.gauss(0, 0.0018)
    return f"{min(latitude, NORTHERNMOST):.6f}", f"{longitude:.6f}"


def address(rng, kelurahan):
    """Street, number, RT and RW as people write them."""
    if rng.random() < 0.35:
        street = f"{kelurahan.name} {rng.choice(ROMAN)}"
    else:
        street = rng.choice(STREETS) + rng.choice(
            ("", " Raya", " Timur", " Barat", " Dalam", f" {rng.choice(ROMAN)}")
        )
    number = f"No. {rng.randint(1, 199)}{rng.choice(('', '', '', 'A', 'B'))}"
    return f"Jl. {street} {number} RT {rng.randint(1, 12):02d} RW {rng.randint(1, 14):02d}"
