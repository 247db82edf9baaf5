"""The demo's sign-ins: an official for every role, two entrepreneurs, a partner. Known to everybody, so never in production."""

from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import ApiToken, User
from accounts.services import grant_role

PASSWORD = "kota-semarang-2017"  # noqa: S105 - a demo is there to be entered
PARTNER_TOKEN = "ikm_demo_mitra_untuk_mencoba_api"  # noqa: S105


@dataclass(frozen=True)
class SignIn:
    role: Role
    email: str
    name: str
    phone: str = ""
    #: What to try as this person, where the role does not say it.
    about: str = ""


OFFICIALS = (
    SignIn(Role.ADMINISTRATOR, "admin@demo.example", "Adinda Administrator"),
    SignIn(Role.REGISTRAR, "pendaftaran@demo.example", "Rina Kusumawati"),
    SignIn(Role.VERIFIER, "verifikator@demo.example", "Vino Prasetyo"),
    SignIn(Role.CREDIT_OFFICER, "kredit@demo.example", "Kresna Wibowo"),
    SignIn(Role.CREDIT_APPROVER, "penyetuju@demo.example", "Pramesti Hadi"),
    SignIn(Role.TRAINING_OFFICER, "pelatihan@demo.example", "Laras Handayani"),
    SignIn(Role.CLUSTER_OFFICER, "klaster@demo.example", "Kartika Nugroho"),
    SignIn(Role.GALLERY_CURATOR, "galeri@demo.example", "Galih Raharjo"),
    SignIn(Role.PROGRAMME_OFFICER, "program@demo.example", "Puji Lestari"),
    SignIn(Role.AUDITOR, "pengawas@demo.example", "Awan Saputra"),
)
SECOND_VERIFIER = SignIn(Role.VERIFIER, "verifikator2@demo.example", "Vera Anggraini")
ENTREPRENEUR = SignIn(
    Role.ENTREPRENEUR,
    "siti@demo.example",
    "Siti Rahayu",
    "+6281200001717",
    "has a loan, courses, several businesses",
)
APPLICANT = SignIn(
    Role.ENTREPRENEUR,
    "joko@demo.example",
    "Joko Santoso",
    "+6281200001718",
    "may apply for credit and enrol in courses",
)
PARTNER = SignIn(Role.PARTNER, "mitra@demo.example", "Bank Pasar (mitra uji coba)")

SHOWN = (*OFFICIALS, ENTREPRENEUR, APPLICANT, PARTNER)


def make_people():
    """All sign-ins of the demo: {Role: User}, plus "second_verifier" and "applicant", who share a role with another."""
    admin_sign_in, *others = OFFICIALS
    admin = _make(admin_sign_in)
    grant_role(admin, admin_sign_in.role)
    people = {admin_sign_in.role: admin}
    for sign_in in (*others, ENTREPRENEUR, PARTNER):
        people[sign_in.role] = _make(sign_in)
        grant_role(people[sign_in.role], sign_in.role, actor=admin)
    for name, sign_in in (("second_verifier", SECOND_VERIFIER), ("applicant", APPLICANT)):
        people[name] = _make(sign_in)
        grant_role(people[name], sign_in.role, actor=admin)
    ApiToken.objects.create(
        user=people[Role.PARTNER], label="Token demo", key_hash=ApiToken.hash_key(PARTNER_TOKEN)
    )
    return people


def _make(sign_in):
    return User.objects.create_user(
        email=sign_in.email, phone=sign_in.phone or None, name=sign_in.name, password=PASSWORD
    )


def is_seeded():
    """Whether the demo city stands in this database."""
    return User.objects.filter(email=ENTREPRENEUR.email).exists()
