"""What the office of the demo teaches, where, and by whom. Titles are of the kind the office publishes; people are invented."""

from training.enums import Organiser, Topic


def course(code, topic, hours, title, title_en, description, **fields):
    return {
        "code": code, "topic": topic, "hours": hours, "title": title, "title_en": title_en, "description": description,
    } | fields  # fmt: skip


COURSES = (
    course("desain-produk", Topic.DESIGN, 24, "Teknik desain produk kriya", "Design of craft products",
           "Dari gagasan ke gambar kerja: bentuk, warna, bahan, dan prototipe yang dapat diproduksi ulang."),
    course("motif-batik", Topic.DESIGN, 16, "Pengembangan motif batik Semarangan", "Developing Semarang batik motifs",
           "Menggali motif kota, menyusunnya menjadi pola, dan memilih warna untuk pasar sekarang."),
    course("kemasan-dasar", Topic.PACKAGING, 16, "Dasar kemasan produk pangan", "Basics of food packaging",
           "Bahan yang aman, label yang wajib ada, dan menghitung biaya kemasan per satuan."),
    course("kemasan-oleh-oleh", Topic.PACKAGING, 16, "Kemasan oleh-oleh yang menjual", "Packaging that sells souvenirs",
           "Memotret produk, menyusun label, dan mencoba tiga rancangan kemasan di meja praktik."),
    course("halal", Topic.CERTIFICATION, 16, "Pendampingan sertifikasi halal", "Preparing for halal certification",
           "Menyusun dokumen sistem jaminan produk halal dan mengisi permohonannya bersama pendamping."),
    course("pirt", Topic.CERTIFICATION, 8, "Penyuluhan keamanan pangan untuk P-IRT", "Food safety for the P-IRT licence",
           "Cara produksi pangan yang baik untuk industri rumah tangga, syarat pengajuan P-IRT.",
           kbli_prefixes=["10", "11"]),
    course("merek", Topic.CERTIFICATION, 8, "Mendaftarkan merek dagang", "Registering a trademark",
           "Memeriksa nama, memilih kelas barang, dan mengajukan permohonan merek secara daring."),
    course("sni", Topic.STANDARDISATION, 24, "Menerapkan SNI di bengkel kecil", "Applying SNI in a small workshop",
           "Membaca standar, mencatat mutu, dan menyiapkan bengkel untuk penilaian.", score_min=60),
    course("kaizen", Topic.STANDARDISATION, 16, "Bengkel rapi dengan 5R", "A tidy workshop with 5S",
           "Ringkas, rapi, resik, rawat, rajin: dipraktikkan di bengkel peserta sendiri."),
    course("manajemen", Topic.MANAGEMENT, 24, "Manajemen usaha untuk IKM", "Business management for small industries",
           "Rencana usaha satu halaman, harga pokok, dan membagi pekerjaan dengan pegawai pertama."),
    course("ekspor", Topic.MANAGEMENT, 16, "Langkah pertama mengekspor", "First steps in exporting",
           "Mencari pembeli, dokumen, dan menghitung harga sampai pelabuhan."),
    course("toko-daring", Topic.DIGITAL, 16, "Toko daring dan foto produk", "Online shops and product photographs",
           "Membuka toko di lokapasar, foto dengan ponsel, dan menjawab pembeli."),
    course("media-sosial", Topic.DIGITAL, 8, "Promosi lewat media sosial", "Promotion through social media",
           "Kalender isi sebulan, video pendek, dan mengukur yang berhasil."),
    course("pembukuan", Topic.FINANCE, 16, "Pembukuan sederhana dan pajak UMKM", "Simple bookkeeping and small-business tax",
           "Mencatat kas harian, laporan laba rugi, dan pajak usaha kecil.", score_min=60,
           organiser=Organiser.LPK),
    course("akses-modal", Topic.FINANCE, 8, "Menyiapkan permohonan kredit", "Preparing a loan application",
           "Memilih kredit yang sesuai dan menyiapkan berkas yang ditanyakan bank."),
    course("kemasan-lanjut", Topic.PACKAGING, 24, "Rancang kemasan lanjutan", "Advanced packaging design",
           "Membuat cetakan, memilih pencetak, dan menguji kemasan sampai ke pembeli."),
    course("belanja-bersama", Topic.MANAGEMENT, 8, "Belanja bahan bersama dalam sentra", "Buying materials together in a sentra",
           "Menghimpun kebutuhan anggota, menawar ke pemasok, dan membagi barang serta tagihannya."),
)  # fmt: skip

#: (course, must be passed before).
PREREQUISITES = (("kemasan-lanjut", "kemasan-dasar"),)

#: (venue, address, latitude, longitude, ((room, capacity), …)).
VENUES = (
    ("Aula Dinas Perindustrian", "Jalan Pemuda 175, Semarang Tengah", "-6.980600", "110.411900",
     (("Aula", 60), ("Ruang kelas lantai 2", 30))),
    ("Galeri Industri Kreatif, Kota Lama", "Jalan Letjen Suprapto, Kota Lama", "-6.968300", "110.427600",
     (("Ruang lokakarya", 30),)),
    ("Sentra IKM Logam, Tugu", "Jalan Raya Tugu, Tugu", "-6.984000", "110.330000", (("Bengkel bersama", 30),)),
)  # fmt: skip

EQUIPMENT = ("Proyektor", "Mesin pengemas vakum", "Kotak foto produk", "Laptop 10 buah")

#: (trainer, topics).
TRAINERS = (
    ("Anindya Larasati", (Topic.DESIGN, Topic.PACKAGING)),
    ("Bagas Wirawan", (Topic.DESIGN,)),
    ("Citra Maheswari", (Topic.PACKAGING, Topic.DIGITAL)),
    ("Damar Pangestu", (Topic.CERTIFICATION, Topic.STANDARDISATION)),
    ("Endah Kusumastuti", (Topic.CERTIFICATION,)),
    ("Farhan Setyadi", (Topic.STANDARDISATION, Topic.MANAGEMENT)),
    ("Gayatri Paramita", (Topic.MANAGEMENT, Topic.FINANCE)),
    ("Hanung Wibisono", (Topic.FINANCE,)),
    ("Ilham Nugraha", (Topic.DIGITAL, Topic.DESIGN)),
    ("Kirana Dewanti", (Topic.MANAGEMENT, Topic.DIGITAL)),
)
