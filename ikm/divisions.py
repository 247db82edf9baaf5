"""Two-digit divisions of section C of the KBLI, by version, with titles short enough for a chart."""

from django.utils.translation import gettext_lazy as _

DIVISIONS = {
    2020: {
        "10": _("Makanan"),
        "11": _("Minuman"),
        "12": _("Pengolahan tembakau"),
        "13": _("Tekstil"),
        "14": _("Pakaian jadi"),
        "15": _("Kulit dan alas kaki"),
        "16": _("Kayu, bambu, dan rotan (bukan furnitur)"),
        "17": _("Kertas"),
        "18": _("Percetakan"),
        "19": _("Batu bara dan pengilangan minyak"),
        "20": _("Bahan kimia"),
        "21": _("Farmasi dan obat tradisional"),
        "22": _("Karet dan plastik"),
        "23": _("Barang galian bukan logam"),
        "24": _("Logam dasar"),
        "25": _("Barang logam"),
        "26": _("Komputer dan elektronik"),
        "27": _("Peralatan listrik"),
        "28": _("Mesin dan perlengkapan"),
        "29": _("Kendaraan bermotor"),
        "30": _("Alat angkutan lain"),
        "31": _("Furnitur"),
        "32": _("Pengolahan lain dan kerajinan"),
        "33": _("Reparasi dan pemasangan mesin"),
    }
}
