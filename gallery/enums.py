from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductStatus(models.TextChoices):
    DRAFT = "draft", _("draf")
    SUBMITTED = "submitted", _("menunggu kurator")
    TO_IMPROVE = "to_improve", _("perlu diperbaiki")
    PUBLISHED = "published", _("tayang")
    WITHDRAWN = "withdrawn", _("ditarik")


class Condition(models.TextChoices):
    NEW = "new", _("baru")
    USED = "used", _("bekas")


class RemarkReason(models.TextChoices):
    """Why a photo or a field must be better before the product is shown; each says what to do."""

    DARK = "dark", _("terlalu gelap: foto di dekat jendela atau di luar ruangan")
    BLURRED = "blurred", _("kabur: pegang kamera dengan mantap dan foto lagi")
    BACKGROUND = "background", _("latar ramai: pakai kain atau dinding polos")
    CUT_OFF = "cut_off", _("produk terpotong: mundur sedikit dan foto lagi")
    NOT_THE_PRODUCT = "not_the_product", _("foto bukan produk ini: ganti fotonya")
    TEXT_ON_PHOTO = "text_on_photo", _("ada tulisan pada foto: pakai foto tanpa tulisan")
    UNCLEAR = "unclear", _("kurang jelas: tuliskan lebih lengkap")
    WRONG = "wrong", _("tidak sesuai: periksa dan betulkan")
    CLAIM = "claim", _("janji berlebihan: tuliskan yang dapat dibuktikan")
    MISSING = "missing", _("belum ada: lengkapi")
    OTHER = "other", _("lihat catatan kurator")


class ChannelKind(models.TextChoices):
    """Where a product of the catalogue is offered outside the portal."""

    TOKOPEDIA = "tokopedia", _("Tokopedia")
    TIKTOK_SHOP = "tiktok_shop", _("TikTok Shop")
    GOOGLE = "google", _("Google Merchant")
    META = "meta", _("Facebook dan WhatsApp")
    JSON = "json", _("umpan JSON")


class ShopStatus(models.TextChoices):
    CONNECTED = "connected", _("tersambung")
    DISCONNECTED = "disconnected", _("diputus")


class ListingStatus(models.TextChoices):
    WAITING = "waiting", _("menunggu dikirim")
    LISTED = "listed", _("tayang di toko")
    FAILED = "failed", _("gagal dikirim")
    DELISTING = "delisting", _("menunggu diturunkan")
    DELISTED = "delisted", _("sudah diturunkan")


class MovementKind(models.TextChoices):
    RECEIVED = "received", _("barang masuk")
    SOLD = "sold", _("terjual")
    TAKEN_BACK = "taken_back", _("pembeli mengembalikan")
    RETURNED = "returned", _("kembali ke pembuat")
    DAMAGED = "damaged", _("rusak atau hilang")
    COUNTED = "counted", _("selisih hitung")


#: Kinds of movements that bring goods in; COUNTED goes either way, the others take goods out.
INWARD = frozenset({MovementKind.RECEIVED, MovementKind.TAKEN_BACK})


class Payment(models.TextChoices):
    CASH = "cash", _("tunai")
    QRIS = "qris", _("QRIS")


class SettlementStatus(models.TextChoices):
    DRAFT = "draft", _("disusun")
    APPROVED = "approved", _("disetujui")
    PAID = "paid", _("dibayar")


class CountStatus(models.TextChoices):
    OPEN = "open", _("sedang dihitung")
    CLOSED = "closed", _("selesai")


class UploadStatus(models.TextChoices):
    """Where many products at once stand."""

    CHECKING = "checking", _("sedang diperiksa")
    CHECKED = "checked", _("siap disimpan")
    SAVING = "saving", _("sedang disimpan")
    SAVED = "saved", _("tersimpan")
    DISCARDED = "discarded", _("dibatalkan")
