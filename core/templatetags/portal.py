"""What templates need to show a record: status tags, navigation, tables, links from an error to its field."""

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core import indonesia

register = template.Library()

#: What a browser calls itself, the more telling name first.
BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("UCBrowser", "UC Browser"),
            ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]  # fmt: skip
SYSTEMS = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Macintosh", "Mac"), ("Linux", "Linux")]  # fmt: skip

NAVIGATION = {
    "public": [
        ("directory", _("Direktori")),
        ("gallery", _("Galeri")),
        ("training_runs", _("Pelatihan")),
        ("facility_centres", _("Fasilitas")),
        ("clusters", _("Klaster")),
        ("statistics", _("Statistik")),
        ("credit_start", _("Kredit")),
        ("track", _("Lacak")),
    ],
    "visitor": [
        ("account_login", _("Masuk")),
        ("account_signup", _("Daftar")),
    ],
    "entrepreneur": [
        ("my_businesses", _("Usaha saya")),
        ("credit_applications", _("Kredit saya")),
        ("my_trainings", _("Pelatihan saya")),
        ("my_bookings", _("Fasilitas saya")),
        ("my_clusters", _("Klaster saya")),
        ("my_shops", _("Toko saya")),
        ("my_products", _("Produk saya")),
        ("inbox", _("Kotak pesan")),
        ("my_data", _("Data saya")),
    ],
    "official": [
        ("office", _("Kantor")),
        ("admin:index", _("Basis data")),
        ("inbox", _("Kotak pesan")),
        ("my_data", _("Data saya")),
    ],
    "desk": [
        ("office", _("Yang menunggu")),
        ("office_credit", _("Kredit")),
        ("duplicates", _("Dugaan data ganda")),
        ("merges", _("Penggabungan berkas")),
        ("letter_requests", _("Permintaan surat")),
        ("office_visits", _("Kunjungan")),
        ("office_stale", _("Verifikasi usang")),
        ("imports", _("Impor berkas dinas")),
        ("office_training", _("Pelatihan")),
        ("office_facilitations", _("Fasilitasi")),
        ("office_facilities", _("Fasilitas")),
        ("office_gallery", _("Galeri")),
        ("office_consignment", _("Titip jual")),
        ("office_clusters", _("Klaster")),
        ("office_channels", _("Saluran penjualan")),
        ("office_legal_bases", _("Dasar hukum")),
        ("office_programme", _("Program")),
        ("waiting_messages", _("Pesan lewat WhatsApp")),
        ("credit_dashboard", _("Dasbor kredit")),
        ("office_loans", _("Pinjaman")),
        ("office_arrears", _("Tunggakan")),
        ("office_relief", _("Keringanan")),
        ("bank_files", _("Berkas bank")),
        ("credit_claims", _("Tagihan subsidi")),
        ("credit_sikp", _("Calon debitur SIKP")),
    ],
    "footer": [
        ("directory", _("Direktori usaha")),
        ("statistics", _("Statistik industri")),
        ("credit_start", _("Kredit untuk IKM")),
        ("legal_bases", _("Dasar hukum")),
        ("track", _("Lacak permohonan")),
        ("privacy", _("Data pribadi")),
        ("accessibility", _("Aksesibilitas")),
        ("api_docs", _("Untuk mitra (API)")),
    ],
}

# Links that only some people may follow.
NEEDED = {
    "my_businesses": "ikm.submit_business",
    "credit_applications": "credit.submit_application",
    "my_trainings": "training.enrol_participant",
    "my_bookings": "facility.book_unit",
    "my_clusters": "cluster.ask_membership",
    "my_shops": "gallery.connect_shop",
    "my_products": "gallery.submit_product",
    "office_credit": "credit.view_application",
    "duplicates": "ikm.decide_duplicatepair",
    "merges": "ikm.decide_duplicatepair",
    "letter_requests": "ikm.issue_letter",
    "office_visits": "ikm.view_visit",
    "office_stale": "ikm.view_correctionitem",
    "imports": "ikm.import_business",
    "office_training": "training.view_run",
    "office_clusters": "cluster.view_cluster",
    "office_channels": "gallery.view_product",
    "office_legal_bases": "programme.view_legalbasis",
    "office_programme": "programme.view_activity",
    "office_facilitations": "training.handle_facilitation",
    "office_facilities": "facility.view_booking",
    "office_gallery": "gallery.view_product",
    "office_consignment": "gallery.view_movement",
    "waiting_messages": "core.send_delivery",
    "credit_dashboard": "credit.view_loan",
    "office_loans": "credit.view_loan",
    "office_arrears": "credit.view_loan",
    "office_relief": "credit.apply_reliefdecree",
    "bank_files": "credit.match_bankfileline",
    "credit_claims": "credit.view_subsidyclaim",
    "credit_sikp": "credit.export_application",
}

# Status words of every room by what they mean to the reader; anything else is shown in grey.
STATUS_TONES = {
    "ok": "present granted approved active verified published completed done passed paid delivered accepted valid disbursed "
    "settled in_use confirmed attended posted matched paid_off current registered issued decided agreed "
    "held in_force repaired won ready listed connected",
    "warn": "to_improve returned correction needs_correction expiring stale due late waiting pending_owner waiting_list "
    "rescheduled not_at_home unread partial offered leftover duplicate in_repair changes delisting",
    "bad": "rejected refused overdue expired revoked failed cancelled withdrawn closed written_off blocked "
    "suspended released absent declined unchosen no_show impossible",
    "info": "excused asked submitted in_review in_progress verifying verification assigned scheduled recommended received open "
    "queued sent proposed claimed enrolled requested started new uploaded checked "
    "drafting visit_planned forwarded in_bank_review planned selected running changed signed reported",
}
# The drawing for a line of business, by the longest beginning of its KBLI code that stands here; else `kerajinan`.
PICTURES = {
    "makanan": "10",
    "roti": "106 107 1083",
    "minuman": "11",
    "batik": "13 14",
    "kulit": "15",
    "kayu": "16 31",
    "cetak": "17 18 58",
    "jamu": "20 21",
    "keramik": "23",
    "logam": "22 24 25 26 27 28 29 30 33",
}
PICTURE_OF_KBLI = {digits: name for name, codes in PICTURES.items() for digits in codes.split()}
TONE_OF_STATUS = {word: tone for tone, words in STATUS_TONES.items() for word in words.split()}


@register.simple_tag(takes_context=True)
def spoken_in_address(context):
    """What a link to another page carries on, so that its language stays that of this address: "?bahasa=en" or ""."""
    request = context.get("request")
    return "?bahasa=en" if request and request.GET.get("bahasa") == "en" else ""


@register.simple_tag(takes_context=True)
def navigation(context, group):
    """The links of one navigation group: name, url, label and whether the page shown belongs to it.

    Left out are pages that this person may not open. A language that the address asks for goes on.
    """
    request = context.get("request")
    path = request.path if request else ""
    spoken = spoken_in_address(context)
    links = []
    for name, label in NAVIGATION[group]:
        if name in NEEDED and not (request and request.user.has_perm(NEEDED[name])):
            continue
        url = reverse(name)
        links.append({"name": name, "url": url + spoken, "label": label, "current": path.startswith(url)})
    return links


@register.simple_tag
def status_tag(subject, label=None):
    """A coloured tag for a record with `status`, or for a status word with its label.

    The word itself is always shown: colour never carries the meaning alone.
    """
    status = getattr(subject, "status", subject)
    if label is None:
        display = getattr(subject, "get_status_display", None)
        label = display() if display else getattr(status, "label", status)
    tone = TONE_OF_STATUS.get(str(getattr(status, "value", status)).lower(), "")
    return format_html('<span class="{}">{}</span>', f"tag {tone}".strip(), label)


@register.simple_tag
def kbli_picture(code):
    """The address of the drawing for a KBLI code, for businesses that have no photo of their own.

    All drawings stand in one file, each a view of it: a page of many businesses loads it once.
    """
    code = str(code or "")
    names = (PICTURE_OF_KBLI.get(code[:digits]) for digits in (4, 3, 2))
    return f"{static('img/usaha.svg')}#{next(filter(None, names), 'kerajinan')}"


# What the audit trail's actions mean to the person they are about; anything else is shown as its own name.
AUDIT_WORDS = {
    "core.view_attachment": _("membuka berkas"),
    "core.attach_file": _("menambah berkas"),
    "core.remove_attachment": _("menghapus berkas"),
    "core.view_letter": _("membuka surat"),
    "core.issue_letter": _("menerbitkan surat"),
    "ikm.view_nik": _("melihat NIK"),
    "ikm.export_businesses": _("mengekspor data"),
    "ikm.change_business": _("mengubah data usaha"),
    "ikm.change_owner": _("mengubah data pemilik"),
    "ikm.merge_business": _("menggabung berkas"),
    "ikm.undo_merge": _("membatalkan penggabungan berkas"),
    "ikm.record_figures": _("mencatat angka tahunan"),
    "ikm.business.submit": _("mengirim pendaftaran"),
    "ikm.business.ask_correction": _("meminta perbaikan"),
    "ikm.business.register": _("menyetujui pendaftaran"),
    "ikm.business.reject": _("menolak pendaftaran"),
    "accounts.grant_role": _("memberi peran"),
    "accounts.give_consent": _("mencatat persetujuan"),
    "accounts.withdraw_consent": _("mencatat penarikan persetujuan"),
    "accounts.issue_counter_code": _("membuat kode loket"),
    "accounts.use_counter_code": _("masuk dengan kode loket"),
    "accounts.change_profile": _("mengubah nama atau bahasa"),
    "accounts.export_my_data": _("mengunduh data"),
    "accounts.end_session": _("mengakhiri sesi di satu perangkat"),
    "accounts.remove_second_factor": _("melepas pengaman kedua"),
}


@register.simple_tag
def audit_action(action):
    """The plain words of an audit line's action."""
    return AUDIT_WORDS.get(action, action.replace(".", " ").replace("_", " "))


@register.filter
def rupiah(amount):
    """An amount as the office writes it, `Rp1.000.000`; nothing for nothing."""
    return "" if amount is None or amount == "" else indonesia.rupiah(amount)


@register.filter
def figure(value):
    """A number of any unit, `1.250` or `2,5`: without decimals that say nothing; nothing for nothing."""
    if value is None or value == "":
        return ""
    places = 0 if value == int(value) else 1 if value * 10 == int(value * 10) else 2
    return number_format(value, decimal_pos=places, force_grouping=True)


@register.filter
def phone(number):
    """A stored E.164 number as people read it aloud, `0812-3456-7890`."""
    return indonesia.display_phone(number) if number else ""


@register.filter
def with_columns(row, columns):
    """Pairs each cell of a row with its column, for `includes/table.html`."""
    return list(zip(row, columns, strict=True))


@register.filter
def form_error_id(form):
    """The id of a form's own (non-field) errors on the page."""
    return f"{form.prefix}_form_error" if form.prefix else "form_error"


@register.filter
def error_target(field):
    """The id of the control that an error of this bound field should lead to."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def device(user_agent):
    """Browser and system as people call them, "Chrome, Android", from what the browser sent."""
    known = [
        next((name for mark, name in names if mark in (user_agent or "")), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, known)) or _("Perangkat tidak dikenal")
