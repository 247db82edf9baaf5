"""What the city makes: trades with their KBLI code, products in everyday words, where they gather and how big they are."""

from dataclasses import dataclass, field

from ikm.enums import Branch


@dataclass(frozen=True, kw_only=True)
class Trade:
    """`workers` is the usual number; money in millions of rupiah a year or a worker; `hubs` says where it is commoner."""

    kbli: str
    weight: float
    branch: str
    commodity: str
    names: tuple
    products: tuple
    unit: str
    workers: float
    investment: float
    turnover: float
    women: float
    hubs: dict = field(default_factory=dict)
    food_type: str = ""
    export: float = 0.0
    story: str = ""


FOOD, CLOTHING, CHEMICALS, METAL, CRAFT = (
    Branch.FOOD,
    Branch.CLOTHING,
    Branch.CHEMICALS,
    Branch.METAL,
    Branch.CRAFT,
)

#: Trades of small and medium industries. In names {} is the owner's short name, {w} a pleasant word.
TRADES = (
    Trade(
        kbli="10219", weight=6, branch=FOOD, commodity="Bandeng presto",
        names=("Bandeng Presto {}", "Bandeng Duri Lunak {w}", "Presto {w} Jaya", "Bandeng Bu {}"),
        products=("bandeng presto", "bandeng duri lunak vakum", "otak-otak bandeng", "sambal bandeng", "pepes bandeng"),
        unit="kg", workers=7, investment=95, turnover=62, women=0.62, food_type="02",
        hubs={"Semarang Tengah": 3, "Gayamsari": 5, "Semarang Selatan": 2},
        story="Bandeng dipilih pagi hari dari tambak di pesisir utara, lalu dimasak dengan tekanan sampai durinya lunak.",
    ),
    Trade(
        kbli="10792", weight=9, branch=FOOD, commodity="Lumpia dan kue basah",
        names=("Lumpia {}", "Loenpia {w}", "Wingko Babat {w}", "Kue Basah Bu {}", "Jajanan Pasar {w}", "Dapur {}"),
        products=("lumpia semarang", "lumpia goreng", "wingko babat", "kue lapis", "lemper", "moci", "tahu bakso", "onde-onde"),
        unit="buah", workers=6, investment=60, turnover=48, women=0.74, food_type="06",
        hubs={"Semarang Tengah": 5, "Semarang Timur": 2, "Semarang Utara": 2},
        story="Rebung direbus berulang sampai hilang baunya; resep isiannya turun-temurun di keluarga.",
    ),
    Trade(
        kbli="10710", weight=7, branch=FOOD, commodity="Roti dan kue kering",
        names=("Roti {w}", "Bakery {}", "Kue Kering {}", "Ganjel Rel {w}", "Aneka Kue {w}"),
        products=("roti ganjel rel", "roti manis", "kue kering nastar", "bolu kukus", "donat kentang", "brownies"),
        unit="bungkus", workers=7, investment=110, turnover=52, women=0.66, food_type="06",
        hubs={"Semarang Tengah": 2, "Pedurungan": 2, "Tembalang": 2},
        story="Ganjel rel yang padat dan harum kayu manis dibuat lagi supaya anak muda mengenal roti tempo dulu.",
    ),
    Trade(
        kbli="10794", weight=7, branch=FOOD, commodity="Kerupuk dan keripik",
        names=("Kerupuk {w}", "Keripik {}", "Rempeyek Bu {}", "Keripik Singkong {w}"),
        products=("kerupuk udang", "keripik tempe", "rempeyek kacang", "keripik singkong pedas", "keripik bayam", "rambak"),
        unit="kg", workers=7, investment=45, turnover=36, women=0.68, food_type="06",
        hubs={"Mijen": 2, "Gunungpati": 3, "Genuk": 2},
        story="Singkong dibeli langsung dari petani Gunungpati dan diiris pada hari yang sama.",
    ),
    Trade(
        kbli="10391", weight=5, branch=FOOD, commodity="Tempe",
        names=("Tempe {}", "Tempe Pak {}", "Tempe {w}"),
        products=("tempe kedelai", "tempe bungkus daun", "mendoan", "tempe goreng siap saji"),
        unit="kg", workers=5, investment=38, turnover=55, women=0.42,
        hubs={"Candisari": 4, "Semarang Selatan": 3, "Pedurungan": 2},
        story="Kedelai dibungkus daun pisang seperti kebiasaan orang tua, sehingga tempenya harum.",
    ),
    Trade(
        kbli="10392", weight=5, branch=FOOD, commodity="Tahu",
        names=("Tahu {}", "Tahu Pong {w}", "Tahu Putih {w}", "Tahu Pak {}"),
        products=("tahu pong", "tahu putih", "tahu goreng", "tahu susu", "ampas tahu"),
        unit="papan", workers=7, investment=70, turnover=58, women=0.4,
        hubs={"Candisari": 4, "Semarang Selatan": 3, "Semarang Barat": 2},
        story="Tahu pong yang kosong di dalam dijual hangat setiap sore di depan rumah.",
    ),
    Trade(
        kbli="10772", weight=3, branch=FOOD, commodity="Bumbu dan sambal",
        names=("Sambal {}", "Bumbu Dapur {w}", "Bumbu Pecel Bu {}"),
        products=("sambal bawang botol", "bumbu pecel", "bumbu gulai", "bawang goreng", "sambal petis"),
        unit="botol", workers=5, investment=42, turnover=44, women=0.75, food_type="11",
        hubs={"Banyumanik": 2, "Tembalang": 2},
        story="Cabai disortir dengan tangan; tidak memakai pengawet, jadi diproduksi setiap dua hari.",
    ),
    Trade(
        kbli="10750", weight=4, branch=FOOD, commodity="Masakan olahan",
        names=("Katering {}", "Dapur {w}", "Masakan Bu {}", "Frozen Food {w}"),
        products=("nasi kotak", "ayam ungkep beku", "rendang kemasan", "mangut kepala manyung beku", "bistik jawa"),
        unit="porsi", workers=9, investment=85, turnover=60, women=0.72, food_type="01",
        hubs={"Banyumanik": 2, "Pedurungan": 2, "Semarang Selatan": 2},
        story="Berawal dari memasak untuk tetangga, kini melayani kantor dan hajatan.",
    ),
    Trade(
        kbli="10761", weight=2, branch=FOOD, commodity="Kopi bubuk",
        names=("Kopi {w}", "Kopi {}", "Sangrai {w}"),
        products=("kopi bubuk robusta", "kopi sangrai arabika", "kopi rempah", "kopi celup"),
        unit="kg", workers=5, investment=120, turnover=75, women=0.35, food_type="10",
        hubs={"Gunungpati": 3, "Mijen": 2, "Banyumanik": 1},
        story="Biji kopi dari lereng Ungaran disangrai dalam jumlah kecil setiap minggu.",
    ),
    Trade(
        kbli="10740", weight=2, branch=FOOD, commodity="Mi dan kulit lumpia",
        names=("Mi {w}", "Kulit Lumpia {}", "Mi Basah {}"),
        products=("mi basah", "kulit lumpia", "kulit pangsit", "mi kering sayur"),
        unit="kg", workers=7, investment=90, turnover=50, women=0.5, food_type="06",
        hubs={"Semarang Tengah": 2, "Semarang Utara": 2},
        story="Kulit lumpia ditipiskan satu per satu di atas wajan datar, setiap subuh.",
    ),
    Trade(
        kbli="10799", weight=4, branch=FOOD, commodity="Makanan ringan",
        names=("Camilan {w}", "Telur Asin {}", "Egg Roll {w}", "Stik Keju {}"),
        products=("telur asin", "egg roll waluh", "stik keju", "kue semprong", "abon jamur", "kacang bawang"),
        unit="bungkus", workers=5, investment=35, turnover=34, women=0.78, food_type="06",
        hubs={"Tembalang": 2, "Ngaliyan": 2, "Gunungpati": 2},
        story="Kemasannya dirancang ulang setelah pemilik mengikuti pelatihan desain kemasan.",
    ),
    Trade(
        kbli="11090", weight=3, branch=FOOD, commodity="Minuman",
        names=("Es {w}", "Minuman Segar {}", "Sinom {}"),
        products=("sinom botol", "kunyit asam", "sirup jambu", "dawet kemasan", "jahe merah bubuk"),
        unit="botol", workers=4, investment=30, turnover=38, women=0.7, food_type="13",
        hubs={"Semarang Timur": 2, "Pedurungan": 2},
        story="Dijual dari pasar pagi sampai ke toko oleh-oleh di jalan protokol.",
    ),
    Trade(
        kbli="21022", weight=3, branch=CHEMICALS, commodity="Jamu",
        names=("Jamu {}", "Jamu Gendong Bu {}", "Herbal {w}"),
        products=("jamu beras kencur", "jamu serbuk temulawak", "minyak gosok", "jamu gendong", "kapsul herbal"),
        unit="bungkus", workers=6, investment=80, turnover=45, women=0.72,
        hubs={"Mijen": 5, "Genuk": 1, "Ngaliyan": 2},
        story="Empon-empon ditanam sendiri di kebun belakang dan dikeringkan tanpa sinar langsung.",
    ),
    Trade(
        kbli="13134", weight=6, branch=CLOTHING, commodity="Batik Semarangan",
        names=("Batik {}", "Batik {w}", "Sanggar Batik {w}", "Griya Batik {}"),
        products=("batik tulis semarangan", "batik cap", "kain batik motif asem", "kemeja batik", "selendang batik"),
        unit="lembar", workers=8, investment=130, turnover=48, women=0.73, export=0.03,
        hubs={"Semarang Timur": 6, "Gunungpati": 2, "Banyumanik": 1},
        story="Motifnya bercerita tentang kota: pohon asem, Gereja Blenduk, Tugu Muda, dan warak ngendog.",
    ),
    Trade(
        kbli="14111", weight=9, branch=CLOTHING, commodity="Pakaian jadi",
        names=("Konveksi {}", "Konveksi {w}", "Busana {w}", "Hijab {}", "Seragam {w}"),
        products=("kaos sablon", "seragam sekolah", "jaket", "gamis", "jilbab", "daster", "kemeja kerja"),
        unit="potong", workers=11, investment=150, turnover=46, women=0.67, export=0.01,
        hubs={"Pedurungan": 3, "Tembalang": 2, "Semarang Barat": 2, "Genuk": 2},
        story="Enam mesin jahit pertama dibeli bekas; sekarang melayani pesanan seragam sampai luar kota.",
    ),
    Trade(
        kbli="14120", weight=6, branch=CLOTHING, commodity="Jahitan pesanan",
        names=("Penjahit {}", "Modiste {}", "{} Tailor", "Kebaya {}"),
        products=("kebaya pesanan", "jas pria", "permak pakaian", "gaun pesta", "seragam kantor"),
        unit="potong", workers=4, investment=28, turnover=34, women=0.63,
        hubs={"Semarang Barat": 2, "Candisari": 2},
        story="Pelanggan lama datang membawa anaknya untuk dibuatkan kebaya wisuda.",
    ),
    Trade(
        kbli="14302", weight=2, branch=CLOTHING, commodity="Bordir",
        names=("Bordir {}", "Bordir Komputer {w}"),
        products=("bordir kebaya", "emblem seragam", "mukena bordir"),
        unit="potong", workers=6, investment=140, turnover=42, women=0.66,
        hubs={"Pedurungan": 2, "Genuk": 2},
        story="Memadukan bordir tangan untuk kebaya dan mesin komputer untuk emblem.",
    ),
    Trade(
        kbli="13133", weight=3, branch=CLOTHING, commodity="Sablon",
        names=("Sablon {}", "Sablon {w}"),
        products=("sablon kaos", "sablon spanduk kain", "sablon tas"),
        unit="potong", workers=5, investment=48, turnover=40, women=0.22,
        hubs={"Tembalang": 3, "Gunungpati": 2},
        story="Dekat kampus, sehingga pesanan kaos angkatan tidak pernah sepi.",
    ),
    Trade(
        kbli="13921", weight=2, branch=CLOTHING, commodity="Perlengkapan rumah dari kain",
        names=("Sprei {w}", "Gorden {}", "Keset {w}"),
        products=("seprai katun", "gorden", "keset perca", "taplak meja", "sarung bantal"),
        unit="buah", workers=6, investment=60, turnover=40, women=0.7,
        hubs={"Pedurungan": 2, "Banyumanik": 2},
        story="Sisa potongan kain dijadikan keset oleh kelompok ibu-ibu PKK.",
    ),
    Trade(
        kbli="15201", weight=3, branch=CLOTHING, commodity="Sepatu dan sandal",
        names=("Sepatu {}", "Sandal {w}", "Sepatu Kulit {w}"),
        products=("sepatu kulit pria", "sandal wanita", "selop kebaya", "sandal hotel"),
        unit="pasang", workers=7, investment=90, turnover=47, women=0.35,
        hubs={"Semarang Timur": 2, "Semarang Utara": 2},
        story="Setiap pasang dijahit tangan pada bagian sol supaya dapat diperbaiki kembali.",
    ),
    Trade(
        kbli="15121", weight=2, branch=CLOTHING, commodity="Tas dan dompet",
        names=("Tas {}", "Kulit {w}", "Tas {w}"),
        products=("tas kulit", "dompet", "tas rajut kulit", "ikat pinggang"),
        unit="buah", workers=6, investment=95, turnover=50, women=0.5, export=0.04,
        hubs={"Semarang Selatan": 2, "Banyumanik": 2},
        story="Kulitnya dari penyamak di Magelang, dipotong mengikuti pola buatan sendiri.",
    ),
    Trade(
        kbli="31001", weight=12, branch=CRAFT, commodity="Mebel kayu",
        names=("Mebel {}", "Mebel {w}", "Furnitur {w}", "Meubel {w} Jati", "Kayu {w}"),
        products=("meja makan jati", "kursi tamu", "lemari pakaian", "dipan", "kitchen set", "meja kursi sekolah"),
        unit="set", workers=11, investment=220, turnover=55, women=0.12, export=0.08,
        hubs={"Genuk": 6, "Mijen": 6, "Semarang Barat": 6},
        story="Kayunya bersertifikat; sambungan purus dan lubang masih dikerjakan tukang senior.",
    ),
    Trade(
        kbli="31009", weight=2, branch=CRAFT, commodity="Sofa dan kasur",
        names=("Sofa {w}", "Jok {}", "Spring Bed {w}"),
        products=("sofa ruang tamu", "servis jok", "kasur busa", "kursi makan busa"),
        unit="set", workers=8, investment=160, turnover=58, women=0.2,
        hubs={"Semarang Barat": 3, "Pedurungan": 2},
        story="Sofa lama dirangka ulang, sehingga pelanggan tidak perlu membeli baru.",
    ),
    Trade(
        kbli="31002", weight=2, branch=CRAFT, commodity="Mebel rotan dan bambu",
        names=("Rotan {w}", "Bambu {}"),
        products=("kursi rotan", "meja bambu", "ayunan rotan", "rak bambu"),
        unit="buah", workers=7, investment=85, turnover=42, women=0.3, export=0.06,
        hubs={"Gunungpati": 2, "Semarang Barat": 2},
        story="Anyamannya meniru pola tikar lama dan disukai kafe-kafe baru di Kota Lama.",
    ),
    Trade(
        kbli="16221", weight=4, branch=CRAFT, commodity="Kusen, pintu, dan jendela",
        names=("Kusen {}", "Kayu {w}", "Pintu {w}"),
        products=("kusen pintu", "daun jendela", "gebyok ukir", "lantai kayu"),
        unit="unit", workers=7, investment=170, turnover=60, women=0.06,
        hubs={"Genuk": 4, "Mijen": 4, "Semarang Barat": 2, "Pedurungan": 2},
        story="Melayani pesanan perumahan dan membuat gebyok ukir menurut gambar pemesan.",
    ),
    Trade(
        kbli="16293", weight=2, branch=CRAFT, commodity="Ukiran kayu",
        names=("Ukir {}", "Ukiran {w}"),
        products=("patung kayu", "kaligrafi kayu", "miniatur kapal", "topeng"),
        unit="buah", workers=4, investment=40, turnover=38, women=0.15, export=0.08,
        hubs={"Mijen": 3, "Gunungpati": 2},
        story="Miniatur kapal dagang lama dibuat dari sisa kayu galangan.",
    ),
    Trade(
        kbli="16291", weight=2, branch=CRAFT, commodity="Anyaman",
        names=("Anyaman {}", "Besek {w}"),
        products=("besek bambu", "tampah", "keranjang", "sangkar burung"),
        unit="buah", workers=5, investment=18, turnover=22, women=0.55,
        hubs={"Gunungpati": 4, "Mijen": 2},
        story="Besek bambu kembali dicari sejak kantong plastik dikurangi.",
    ),
    Trade(
        kbli="32903", weight=5, branch=CRAFT, commodity="Kerajinan dan suvenir",
        names=("Kerajinan {}", "Suvenir {w}", "Handycraft {w}", "Galeri {}"),
        products=("suvenir pernikahan", "hiasan kerang", "kotak hantaran", "boneka flanel", "wayang kulit", "bunga kering"),
        unit="buah", workers=5, investment=32, turnover=33, women=0.69, export=0.04,
        hubs={"Semarang Tengah": 2, "Semarang Utara": 2, "Candisari": 2},
        story="Limbah kerang dari Tambak Lorok diolah menjadi hiasan meja.",
    ),
    Trade(
        kbli="32402", weight=1.5, branch=CRAFT, commodity="Mainan",
        names=("Mainan {w}", "Boneka {}"),
        products=("warak ngendog", "mainan kayu", "boneka kain", "puzzle kayu"),
        unit="buah", workers=5, investment=36, turnover=32, women=0.52,
        hubs={"Semarang Tengah": 2, "Semarang Timur": 2},
        story="Warak ngendog kecil laku keras menjelang Dugderan.",
    ),
    Trade(
        kbli="32120", weight=1.5, branch=CRAFT, commodity="Aksesori",
        names=("Aksesori {}", "Manik {w}"),
        products=("bros jilbab", "kalung manik", "gelang", "anting etnik"),
        unit="buah", workers=4, investment=20, turnover=30, women=0.82,
        hubs={"Semarang Selatan": 2},
        story="Dirangkai di rumah oleh ibu-ibu satu RT dan dijual lewat pameran.",
    ),
    Trade(
        kbli="25111", weight=6, branch=METAL, commodity="Las dan pagar",
        names=("Bengkel Las {}", "Las {w}", "Teralis {w}"),
        products=("pagar besi", "teralis jendela", "kanopi", "tangga besi", "pintu lipat"),
        unit="unit", workers=6, investment=75, turnover=62, women=0.05,
        hubs={"Tugu": 5, "Ngaliyan": 3, "Semarang Barat": 2, "Genuk": 2},
        story="Gambar pagar dibuat bersama pemesan supaya sesuai dengan rumahnya.",
    ),
    Trade(
        kbli="25920", weight=4, branch=METAL, commodity="Bubut dan pengerjaan logam",
        names=("Bengkel Bubut {}", "Bubut {w}", "Teknik {w}"),
        products=("as dan poros bubut", "suku cadang mesin", "lapis krom", "jasa frais"),
        unit="unit", workers=7, investment=240, turnover=66, women=0.05,
        hubs={"Tugu": 6, "Genuk": 2, "Semarang Utara": 3},
        story="Suku cadang mesin pabrik yang sudah tidak dijual dibuat ulang di sini.",
    ),
    Trade(
        kbli="24320", weight=1.5, branch=METAL, commodity="Pengecoran logam",
        names=("Cor Logam {w}", "Kuningan {}"),
        products=("wajan aluminium", "hiasan kuningan", "roda gigi cor"),
        unit="kg", workers=9, investment=190, turnover=60, women=0.06,
        hubs={"Tugu": 6, "Semarang Utara": 2},
        story="Aluminium bekas dilebur dan dicetak menjadi wajan yang tahan lama.",
    ),
    Trade(
        kbli="25992", weight=2, branch=METAL, commodity="Peralatan dapur logam",
        names=("Dandang {}", "Oven {w}", "Loyang {w}"),
        products=("dandang aluminium", "oven kue", "loyang", "cetakan kue"),
        unit="buah", workers=6, investment=70, turnover=48, women=0.12,
        hubs={"Tugu": 3, "Semarang Utara": 2, "Semarang Timur": 2},
        story="Loyang bolu buatannya dipakai perajin kue di seluruh kota.",
    ),
    Trade(
        kbli="25999", weight=2, branch=METAL, commodity="Barang logam",
        names=("Neon Box {w}", "Plakat {}", "Knalpot {w}"),
        products=("huruf timbul", "neon box", "plakat", "knalpot motor"),
        unit="buah", workers=6, investment=95, turnover=56, women=0.15,
        hubs={"Tugu": 3, "Pedurungan": 2},
        story="Dari plakat lomba kampung sampai huruf timbul di gedung perkantoran.",
    ),
    Trade(
        kbli="28250", weight=1.5, branch=METAL, commodity="Mesin pengolah pangan",
        names=("Mesin {w}", "Teknik {}"),
        products=("mesin perajang singkong", "mesin pemarut kelapa", "spinner minyak", "mesin pengaduk"),
        unit="unit", workers=9, investment=330, turnover=85, women=0.06,
        hubs={"Tugu": 5, "Ngaliyan": 2},
        story="Mesin dirancang untuk dapur kecil: listrik rumah tangga dan mudah dibersihkan.",
    ),
    Trade(
        kbli="18111", weight=4, branch=CRAFT, commodity="Percetakan",
        names=("Percetakan {w}", "Cetak {}", "Grafika {w}"),
        products=("undangan", "brosur", "buku yasin", "nota", "kalender"),
        unit="lembar", workers=8, investment=290, turnover=70, women=0.35,
        hubs={"Semarang Tengah": 3, "Semarang Selatan": 2, "Tembalang": 2},
        story="Mesin offset tua masih jalan berdampingan dengan cetak digital.",
    ),
    Trade(
        kbli="17022", weight=2, branch=CRAFT, commodity="Kemasan karton",
        names=("Kardus {w}", "Kotak Kue {}"),
        products=("kotak kue", "dus makanan", "tas kertas", "kemasan oleh-oleh"),
        unit="buah", workers=8, investment=180, turnover=58, women=0.5,
        hubs={"Genuk": 2, "Semarang Utara": 2},
        story="Membantu perajin makanan kecil membuat kemasan mulai dari seratus buah.",
    ),
    Trade(
        kbli="20231", weight=2, branch=CHEMICALS, commodity="Sabun dan pembersih",
        names=("Sabun {w}", "Kimia {}"),
        products=("sabun cuci piring", "deterjen cair", "karbol", "pewangi pakaian"),
        unit="liter", workers=5, investment=55, turnover=50, women=0.55,
        hubs={"Pedurungan": 2, "Banyumanik": 2},
        story="Isi ulang dengan jeriken dari pelanggan, tanpa botol baru.",
    ),
    Trade(
        kbli="20232", weight=1, branch=CHEMICALS, commodity="Kosmetik",
        names=("Lulur {}", "Rumah Lulur {w}"),
        products=("lulur bengkoang", "sabun mandi herbal", "minyak rambut"),
        unit="botol", workers=5, investment=75, turnover=46, women=0.82,
        hubs={"Banyumanik": 2},
        story="Ramuan lulur keraton disederhanakan untuk dipakai di rumah.",
    ),
    Trade(
        kbli="23951", weight=2, branch=CHEMICALS, commodity="Paving dan batako",
        names=("Paving {w}", "Batako {}"),
        products=("paving block", "batako", "buis beton", "roster"),
        unit="buah", workers=9, investment=210, turnover=64, women=0.05,
        hubs={"Mijen": 3, "Genuk": 2, "Tembalang": 2},
        story="Pasirnya dari Muntilan; roster bermotif dibuat menurut pesanan arsitek muda.",
    ),
    Trade(
        kbli="23932", weight=1, branch=CHEMICALS, commodity="Gerabah",
        names=("Gerabah {}", "Keramik {w}"),
        products=("pot tanah liat", "cobek", "celengan", "keramik hias"),
        unit="buah", workers=5, investment=30, turnover=30, women=0.4,
        hubs={"Mijen": 2, "Pedurungan": 2},
        story="Celengan tanah liat dilukis anak-anak dalam kelas akhir pekan.",
    ),
    Trade(
        kbli="22299", weight=1.5, branch=CHEMICALS, commodity="Plastik daur ulang",
        names=("Plastik {w}", "Daur Ulang {}"),
        products=("cacahan plastik", "bijih plastik daur ulang", "gantungan kunci plastik"),
        unit="kg", workers=10, investment=230, turnover=58, women=0.35,
        hubs={"Genuk": 4, "Gayamsari": 2},
        story="Botol bekas dari bank sampah kelurahan dicacah dan dicuci di tempat.",
    ),
    Trade(
        kbli="30990", weight=1, branch=METAL, commodity="Gerobak",
        names=("Gerobak {}", "Booth {w}"),
        products=("gerobak dagang", "booth lipat", "rombong kaca"),
        unit="unit", workers=5, investment=45, turnover=50, women=0.06,
        hubs={"Semarang Timur": 2, "Pedurungan": 2},
        story="Gerobak pertama dibuat untuk istri sendiri yang berjualan soto.",
    ),
    Trade(
        kbli="11052", weight=2, branch=FOOD, commodity="Air isi ulang",
        names=("Depot Air {w}", "Tirta {}"),
        products=("air minum isi ulang",),
        unit="galon", workers=3, investment=48, turnover=70, women=0.25,
        hubs={"Tembalang": 2, "Banyumanik": 2},
        story="Air diperiksa di laboratorium setiap tiga bulan dan hasilnya ditempel di depan.",
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Factory:
    """A trade of large industries: money in billions."""

    kbli: str
    weight: float
    branch: str
    commodity: str
    suffixes: tuple
    products: tuple
    unit: str
    workers: int
    investment: float
    turnover_per_worker: float
    women: float
    export: float
    places: tuple


FACTORIES = (
    Factory(kbli="14111", weight=30, branch=CLOTHING, commodity="Garmen", suffixes=("Garmindo", "Apparel", "Busana"),
            products=("kemeja ekspor", "jaket", "celana"), unit="potong", workers=820, investment=62,
            turnover_per_worker=0.13, women=0.84, export=0.9, places=("Tugu", "Genuk", "Ngaliyan", "Banyumanik")),
    Factory(kbli="31001", weight=24, branch=CRAFT, commodity="Furnitur ekspor", suffixes=("Furnindo", "Jati Perkasa", "Kayu Indah"),
            products=("mebel taman", "meja kursi ekspor"), unit="set", workers=210, investment=38,
            turnover_per_worker=0.3, women=0.18, export=0.85, places=("Genuk", "Mijen", "Semarang Barat", "Tugu")),
    Factory(kbli="10799", weight=16, branch=FOOD, commodity="Makanan olahan", suffixes=("Pangan", "Boga Utama", "Sari Rasa"),
            products=("biskuit", "makanan ringan kemasan"), unit="karton", workers=260, investment=55,
            turnover_per_worker=0.6, women=0.5, export=0.15, places=("Semarang Barat", "Genuk", "Tugu", "Ngaliyan")),
    Factory(kbli="21022", weight=9, branch=CHEMICALS, commodity="Jamu dan obat tradisional", suffixes=("Herbal", "Jamu Sehat"),
            products=("jamu sachet", "minuman kesehatan"), unit="karton", workers=300, investment=70,
            turnover_per_worker=0.7, women=0.6, export=0.2, places=("Genuk", "Semarang Barat", "Tugu")),
    Factory(kbli="21012", weight=8, branch=CHEMICALS, commodity="Farmasi", suffixes=("Farma", "Medika"),
            products=("tablet", "sirup obat"), unit="karton", workers=240, investment=120,
            turnover_per_worker=0.9, women=0.55, export=0.05, places=("Semarang Barat", "Pedurungan", "Ngaliyan")),
    Factory(kbli="25111", weight=14, branch=METAL, commodity="Konstruksi logam", suffixes=("Baja", "Metalindo"),
            products=("rangka baja", "pintu logam"), unit="ton", workers=150, investment=45,
            turnover_per_worker=0.8, women=0.08, export=0.1, places=("Tugu", "Genuk", "Ngaliyan")),
    Factory(kbli="22220", weight=16, branch=CHEMICALS, commodity="Kemasan plastik", suffixes=("Plastindo", "Kemasan"),
            products=("botol plastik", "kantong kemasan"), unit="ton", workers=190, investment=60,
            turnover_per_worker=0.7, women=0.35, export=0.1, places=("Genuk", "Tugu", "Semarang Timur")),
    Factory(kbli="17022", weight=10, branch=CRAFT, commodity="Karton", suffixes=("Karton", "Box Indonesia"),
            products=("kotak karton bergelombang",), unit="ton", workers=170, investment=58,
            turnover_per_worker=0.8, women=0.25, export=0.05, places=("Genuk", "Tugu", "Ngaliyan")),
    Factory(kbli="28299", weight=8, branch=METAL, commodity="Mesin", suffixes=("Engineering", "Teknik Mandiri"),
            products=("mesin khusus", "suku cadang"), unit="unit", workers=140, investment=50,
            turnover_per_worker=0.7, women=0.08, export=0.12, places=("Tugu", "Semarang Barat")),
    Factory(kbli="10213", weight=8, branch=FOOD, commodity="Ikan beku", suffixes=("Bahari", "Mina Jaya"),
            products=("fillet ikan beku", "udang beku"), unit="ton", workers=230, investment=42,
            turnover_per_worker=0.7, women=0.7, export=0.8, places=("Semarang Utara", "Tugu", "Genuk")),
    Factory(kbli="13121", weight=8, branch=CLOTHING, commodity="Tekstil", suffixes=("Tekstil", "Tenun Jaya"),
            products=("kain grey", "kain celup"), unit="meter", workers=430, investment=90,
            turnover_per_worker=0.3, women=0.6, export=0.4, places=("Tugu", "Genuk", "Gayamsari")),
    Factory(kbli="18111", weight=6, branch=CRAFT, commodity="Percetakan", suffixes=("Grafika", "Media Cetak"),
            products=("buku pelajaran", "kemasan cetak"), unit="eksemplar", workers=150, investment=40,
            turnover_per_worker=0.5, women=0.3, export=0.02, places=("Semarang Tengah", "Pedurungan", "Ngaliyan")),
    Factory(kbli="29200", weight=5, branch=METAL, commodity="Karoseri", suffixes=("Karoseri", "Body Utama"),
            products=("bak truk", "bodi bus"), unit="unit", workers=180, investment=48,
            turnover_per_worker=0.6, women=0.05, export=0.03, places=("Tugu", "Genuk", "Banyumanik")),
    Factory(kbli="11040", weight=6, branch=FOOD, commodity="Minuman kemasan", suffixes=("Tirta Segar", "Beverages"),
            products=("teh kemasan", "minuman ringan"), unit="karton", workers=200, investment=95,
            turnover_per_worker=1.0, women=0.3, export=0.05, places=("Semarang Barat", "Tugu", "Ngaliyan")),
    Factory(kbli="15201", weight=6, branch=CLOTHING, commodity="Alas kaki", suffixes=("Sepatu Indonesia", "Footwear"),
            products=("sepatu kulit ekspor", "sandal"), unit="pasang", workers=640, investment=55,
            turnover_per_worker=0.14, women=0.8, export=0.85, places=("Tugu", "Ngaliyan", "Genuk")),
    Factory(kbli="23957", weight=4, branch=CHEMICALS, commodity="Beton", suffixes=("Beton", "Precast"),
            products=("beton siap pakai", "panel pracetak"), unit="meter kubik", workers=130, investment=66,
            turnover_per_worker=1.1, women=0.06, export=0.0, places=("Genuk", "Ngaliyan", "Banyumanik")),
)  # fmt: skip

#: Pleasant words for the names of businesses.
WORDS = (
    "Barokah Berkah Makmur Sejahtera Mulya Lestari Rejeki Sumber Mandiri Karya Maju Jaya Abadi Sentosa Harapan Mekar "
    "Sari Rasa Lancar Amanah Bahagia Cahaya Bintang Matahari Melati Mawar Anugerah Kencana Mustika Permata Pelangi "
    "Nusantara Semarangan Tentrem Guyub Widodo Luhur Subur Agung Indah Asri Murni Prima Utama Sekar Arum Kusuma Puspa "
    "Gemilang Cemerlang Bersama Setia Rukun Handayani Pratama Nugraha Buana Pertiwi Samudra Bahari Lumintu Migunani"
).split()
COMPANY_WORDS = (
    "Adi Arta Bina Bumi Cakra Candra Citra Dwi Eka Graha Inti Jati Karya Kencana Langgeng Mega Mitra Mulia Multi Nusa "
    "Panca Perdana Prima Putra Rajawali Sakti Sarana Satria Sinar Surya Tri Tunas Utama Wahana Wira Yasa"
).split()
EXPORT_COUNTRIES = (
    "Jepang", "Amerika Serikat", "Belanda", "Jerman", "Malaysia", "Singapura", "Australia", "Korea Selatan", "Prancis",
    "Inggris", "Uni Emirat Arab", "Taiwan",
)  # fmt: skip
