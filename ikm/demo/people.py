"""The demo's sign-ins: an official for every role, two entrepreneurs, a partner. Known to everybody, so never in production."""

from dataclasses import dataclass

from accounts.enums import PartnerKind, Role
from accounts.models import ClientSecret, Partner, PartnerClient, User
from accounts.scopes import scopes_for
from accounts.services import grant_role

PASSWORD = "kota-semarang-2017"  # noqa: S105 - a demo is there to be entered
CLIENT_ID = "mitra-bank-pasar"
CLIENT_SECRET = "ikms_demo_bank_pasar_untuk_mencoba_api"  # noqa: S105
#: The same bank's program that tries out, in a sandbox.
TEST_CLIENT_ID = "mitra-bank-pasar-uji"
TEST_CLIENT_SECRET = "ikms_demo_bank_pasar_di_ruang_uji"  # noqa: S105


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
    _make_programs(people[Role.PARTNER])
    return people


def _make_programs(user):
    """The bank's core system and its program that tries out, with secrets that everybody knows."""
    partner = Partner.objects.create(name=user.name, kind=PartnerKind.BANK, user=user)
    for client_id, secret, label, is_test in (
        (CLIENT_ID, CLIENT_SECRET, "Sistem inti bank", False),
        (TEST_CLIENT_ID, TEST_CLIENT_SECRET, "Sistem inti bank, uji coba", True),
    ):
        client = PartnerClient.objects.create(
            partner=partner,
            client_id=client_id,
            label=label,
            scopes=scopes_for(PartnerKind.BANK),
            is_test=is_test,
        )
        ClientSecret.objects.create(
            client=client, secret_hash=ClientSecret.hash_secret(secret), hint=secret[-4:]
        )


def _make(sign_in):
    return User.objects.create_user(
        email=sign_in.email, phone=sign_in.phone or None, name=sign_in.name, password=PASSWORD
    )


def is_seeded():
    """Whether the demo city stands in this database."""
    return User.objects.filter(email=ENTREPRENEUR.email).exists()
