"""Invented people of the demo city: names as one hears them in Semarang, in combinations of our own."""

from dataclasses import dataclass

MEN = (
    "Agus Slamet Bambang Joko Sutrisno Suparman Wahyu Teguh Budi Hendro Sugeng Mulyono Sunardi Purwanto Heru Eko Dwi "
    "Tri Catur Suyatno Ngatimin Kasno Paijo Sarwono Darmadi Widodo Yanto Supriyadi Edy Rudi Imam Rohmat Nur Arif "
    "Fajar Bagus Galih Aji Surya Yoga Rizky Dimas Anton Hari Kukuh Tulus Pramono Basuki Suwarno Hartono"
).split()
WOMEN = (
    "Siti Sri Endang Suminah Wiwik Ning Retno Dewi Rahayu Wahyuni Sulastri Kartini Murni Yuni Lestari Ratna Indah "
    "Puji Tutik Sumarni Rini Titik Ani Erna Nanik Dyah Ayu Kusuma Mega Fitri Nur Umi Khotimah Maryati Suharti "
    "Ngatinah Painem Juminten Hartini Winarsih Astuti Purwanti Sekar Anggraini Novi Diah Laras Intan Wulan Eni"
).split()
MEN_LAST = (
    "Santoso Prasetyo Nugroho Wibowo Setiawan Hidayat Saputra Kurniawan Susanto Raharjo Utomo Handoko Cahyono Subekti "
    "Hartanto Wijayanto Suryadi Purnomo Riyadi Basuki Yulianto Firmansyah Maulana Kristanto Haryono Sudarsono Waluyo "
    "Pamungkas Atmaja Sasongko Wicaksono Hadi Rahman Mustofa Kusnadi Suwito Pranoto Adiputra"
).split()
WOMEN_LAST = (
    "Rahayu Lestari Handayani Wulandari Susanti Setyowati Pujiastuti Kusumawati Hidayati Widyastuti Utami Purnamasari "
    "Rahmawati Anggraeni Suryani Mulyani Yuliana Safitri Fatmawati Nurhayati Palupi Sulistyowati Hapsari Maharani "
    "Ningsih Andayani Sumiati Kurniasih Puspitasari Indriyani Saraswati Wijayanti"
).split()
CHINESE_MEN = (
    "Hendra Johan Robert Stefanus Andreas Kevin Tjahjadi Yohan Budiman Felix Ronny Hwie Liong Swie".split()
)
CHINESE_WOMEN = "Lanny Meliana Grace Fenny Yenny Silvia Lily Mei Giok Vivian Caroline Ineke".split()
CHINESE_LAST = (
    "Halim Tanoto Gunawan Wijaya Setiabudi Kurnia Limanto Ongko Santosa Tjandra Widjaja Budianto Harjono Sutanto "
    "Hartono Lukito Sidharta Pranata Kusuma Darmawan"
).split()
ARAB_MEN = "Ahmad Ali Hasan Husein Umar Salim Abdullah Faisal Zaki Muhsin".split()
ARAB_WOMEN = "Fatimah Aisyah Zahra Khadijah Salma Nabila Maryam Aminah".split()
ARAB_LAST = "Basyaib Bahanan Bawazir Baswedan Alatas Assegaf Bamatraf Syihab Alkatiri Bafadhal".split()


@dataclass(frozen=True, slots=True)
class Name:
    full: str
    #: How neighbours call the person, for the name of a workshop.
    short: str


def invent_name(rng, sex):
    """The name of a man ("male") or woman ("female") of the city: mostly Javanese, some Peranakan, some Hadrami."""
    origin = rng.choices(("javanese", "chinese", "arab"), (82, 14, 4))[0]
    male = sex == "male"
    if origin == "chinese":
        first = rng.choice(CHINESE_MEN if male else CHINESE_WOMEN)
        return Name(f"{first} {rng.choice(CHINESE_LAST)}", first)
    if origin == "arab":
        first = rng.choice(ARAB_MEN if male else ARAB_WOMEN)
        return Name(f"{first} {rng.choice(ARAB_LAST)}", first)
    first = rng.choice(MEN if male else WOMEN)
    style = rng.random()
    last = rng.choice(MEN_LAST if male else WOMEN_LAST)
    if style < 0.12:
        return Name(first, first)
    if style < 0.25:
        second = rng.choice([name for name in (MEN if male else WOMEN) if name != first])
        return Name(f"{first} {second} {last}", second)
    return Name(f"{first} {last}", first)
