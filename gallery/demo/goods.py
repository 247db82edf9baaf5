"""What the makers of the demo city offer, by leaf of the catalogue. The texts are examples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goods:
    """One kind of goods. `drawings` name how it may be drawn; `kbli` the beginnings of the codes of its makers; `things`
    are (Indonesian, English, drawing, price from, price to, grams); `styles` (Indonesian, English) tell them apart."""

    leaf: str
    kbli: tuple
    things: tuple
    styles: tuple
    materials: tuple  # (Indonesian, English)
    sizes: tuple = ()
    measures: tuple = (20, 15, 10)  # cm
    days: int = 0  # made to order within so many days, of some
    hs_code: str = ""


MOTIFS = (
    ("asem arang", "tamarind"), ("Lawang Sewu", "Lawang Sewu"), ("Tugu Muda", "Tugu Muda"),
    ("blekok", "pond heron"), ("warak ngendog", "warak ngendog"), ("kawung", "kawung"), ("parang", "parang"),
    ("gambang", "gambang"), ("burung kuntul", "egret"), ("daun asam", "tamarind leaf"), ("Kota Lama", "Kota Lama"),
    ("truntum", "truntum"),
)  # fmt: skip
FLAVOURS = (
    ("asli", "original"), ("pedas", "hot"), ("bawang", "onion"), ("balado", "balado"), ("manis", "sweet"),
    ("keju", "cheese"), ("jahe", "ginger"), ("daun jeruk", "lime leaf"), ("gula aren", "palm sugar"),
)  # fmt: skip
WOODS = (
    ("jati", "teak"),
    ("mahoni", "mahogany"),
    ("mindi", "mindi wood"),
    ("sonokeling", "rosewood"),
    ("trembesi", "rain tree"),
)

GOODS = (
    Goods("kain-batik", ("13134", "13133", "13"), (
        ("Kain batik tulis", "Hand-drawn batik cloth", "cloth", 350_000, 1_800_000, 450),
        ("Kain batik cap", "Stamped batik cloth", "cloth", 150_000, 380_000, 400),
        ("Selendang batik", "Batik shawl", "cloth", 120_000, 420_000, 250),
    ), MOTIFS, (("katun primisima", "primisima cotton"), ("sutra", "silk")), ("2 meter", "2,5 meter"), (30, 25, 4), 21, "52085200"),
    Goods("pakaian", ("14",), (
        ("Kemeja batik", "Batik shirt", "shirt", 165_000, 450_000, 300),
        ("Blus bordir", "Embroidered blouse", "shirt", 140_000, 360_000, 250),
        ("Seragam", "Uniform", "shirt", 110_000, 220_000, 350),
    ), MOTIFS, (("katun", "cotton"), ("katun dan linen", "cotton and linen")), ("S", "M", "L", "XL"), (32, 26, 4), 14, "62052090"),
    Goods("alas-kaki", ("152",), (
        ("Sepatu kulit", "Leather shoes", "shoe", 220_000, 650_000, 900),
        ("Sandal kulit", "Leather sandals", "shoe", 95_000, 240_000, 600),
    ), (("Simpang Lima", "Simpang Lima"), ("Pandanaran", "Pandanaran"), ("Banjirkanal", "Banjirkanal"), ("klasik", "classic"),
        ("harian", "everyday")), (("kulit sapi", "cowhide"),), ("39", "40", "41", "42", "43"), (32, 20, 12), 10, "64039990"),
    Goods("tas-kulit", ("151", "152", "14"), (
        ("Tas kulit", "Leather bag", "bag", 280_000, 900_000, 800),
        ("Tas kain batik", "Batik cloth bag", "bag", 85_000, 260_000, 400),
    ), MOTIFS, (("kulit sapi", "cowhide"), ("kain batik dan kulit", "batik cloth and leather")), (), (35, 28, 12), 10, "42022100"),
    Goods("camilan", ("10794", "10792", "1079"), (
        ("Keripik tempe", "Tempeh crisps", "pouch", 12_000, 28_000, 220),
        ("Keripik singkong", "Cassava crisps", "pouch", 10_000, 22_000, 250),
        ("Kerupuk ikan", "Fish crackers", "pouch", 15_000, 35_000, 250),
        ("Wingko babat", "Wingko coconut cake", "pouch", 25_000, 55_000, 400),
    ), FLAVOURS, (("tanpa pengawet", "no preservatives"),), ("200 gram", "500 gram"), (22, 16, 8), 0, "19059070"),
    Goods("olahan-ikan", ("102",), (
        ("Bandeng presto", "Pressure-cooked milkfish", "plate", 45_000, 120_000, 700),
        ("Otak-otak bandeng", "Milkfish otak-otak", "plate", 35_000, 85_000, 500),
        ("Abon bandeng", "Milkfish floss", "jar", 38_000, 70_000, 300),
    ), FLAVOURS, (("bandeng tambak", "farmed milkfish"),), (), (28, 20, 8), 0, "16042099"),
    Goods("kue", ("1071", "10792"), (
        ("Lumpia Semarang", "Semarang spring rolls", "plate", 40_000, 110_000, 600),
        ("Kue ganjel rel", "Ganjel rel cake", "plate", 35_000, 75_000, 500),
        ("Kue kering", "Biscuits", "jar", 38_000, 95_000, 450),
    ), FLAVOURS, (("tepung, telur, gula", "flour, eggs, sugar"),), ("isi 10", "isi 20"), (24, 24, 8), 0, "19059090"),
    Goods("minuman", ("21022", "1109", "10761", "11"), (
        ("Jamu", "Jamu", "bottle", 12_000, 35_000, 400),
        ("Sirup", "Syrup", "bottle", 22_000, 48_000, 700),
        ("Kopi bubuk", "Ground coffee", "pouch", 35_000, 90_000, 250),
        ("Wedang rempah", "Spice drink", "jar", 18_000, 45_000, 200),
    ), (("kunyit asam", "turmeric and tamarind"), ("beras kencur", "rice and galangal"), ("jahe merah", "red ginger"),
        ("temulawak", "temulawak"), ("gula aren", "palm sugar"), ("asli", "original")),
        (("rempah pilihan", "chosen spices"),), (), (10, 10, 24), 0, "21069072"),
    Goods("mebel", ("31001", "31", "16221"), (
        ("Kursi makan", "Dining chair", "chair", 450_000, 1_600_000, 7_000),
        ("Meja tamu", "Coffee table", "table", 850_000, 3_200_000, 18_000),
        ("Lemari ukir", "Carved cabinet", "cabinet", 2_400_000, 9_500_000, 60_000),
    ), WOODS, (("kayu berlegalitas SVLK", "wood with SVLK legality"),), (), (60, 55, 90), 30, "94036090"),
    Goods("anyaman", ("16291", "31002", "1629"), (
        ("Keranjang rotan", "Rattan basket", "basket", 65_000, 240_000, 900),
        ("Kursi rotan", "Rattan chair", "chair", 550_000, 1_700_000, 5_000),
        ("Tas anyaman bambu", "Woven bamboo bag", "basket", 75_000, 210_000, 500),
    ), (("bundar", "round"), ("kotak", "square"), ("pesisir", "coast"), ("sawah", "paddy"), ("Gunungpati", "Gunungpati")),
        (("rotan", "rattan"), ("bambu", "bamboo")), (), (40, 30, 30), 14, "46021200"),
    Goods("keramik", ("239",), (
        ("Vas keramik", "Ceramic vase", "pot", 90_000, 450_000, 1_500),
        ("Kendi gerabah", "Pottery jug", "pot", 55_000, 180_000, 1_200),
    ), MOTIFS[:7], (("tanah liat", "clay"),), (), (20, 20, 30), 14, "69139010"),
    Goods("dapur-logam", ("2599", "25920", "2432"), (
        ("Wajan baja", "Steel wok", "tool", 75_000, 280_000, 1_800),
        ("Pisau dapur tempa", "Forged kitchen knife", "tool", 65_000, 240_000, 350),
        ("Palu", "Hammer", "tool", 45_000, 130_000, 900),
    ), (("tempa", "forged"), ("harian", "everyday"), ("bengkel", "workshop"), ("tebal", "heavy")),
        (("baja", "steel"),), (), (40, 35, 12), 0, "73239990"),
    Goods("ukiran", ("16293", "162", "31009"), (
        ("Hiasan dinding ukir", "Carved wall panel", "carving", 280_000, 1_900_000, 3_500),
        ("Kotak ukir", "Carved box", "carving", 120_000, 380_000, 900),
    ), MOTIFS, (("kayu jati", "teak"), ("kayu mahoni", "mahogany")), (), (45, 45, 5), 21, "44209090"),
    Goods("kriya-lain", ("32903", "32"), (
        ("Tas belanja cenderamata", "Souvenir tote bag", "bag", 45_000, 120_000, 250),
        ("Miniatur Lawang Sewu", "Lawang Sewu miniature", "cabinet", 95_000, 380_000, 700),
        ("Celengan warak", "Warak money box", "pot", 35_000, 95_000, 600),
    ), MOTIFS, (("kain dan kayu", "cloth and wood"),), (), (25, 20, 20), 7, "44201000"),
)  # fmt: skip
