"""Consignment in the API: goods in and back with their receipts, stock, sales, damage, settlements and counts.

Makers read what is theirs; officials of the gallery write. Whatever moves goods or money needs an Idempotency-Key. Papers and
sales never change; their `modified_at` is the moment of their last movement.
"""

import orjson
from django.core.exceptions import ValidationError
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api import (
    ApiViewSet,
    Input,
    MomentField,
    MonthField,
    day_of,
    names_the_actor,
    open_steps_shown,
    read,
    refuse_unknown,
)
from core.conditional import at_version, json_answer
from core.idempotency import idempotent
from core.references import parse_reference
from gallery.enums import CountStatus, MovementKind, Payment, SettlementStatus
from gallery.models import GalleryStock, GoodsNote, Movement, Sale, Settlement, StockCount, Variant
from gallery.models.catalogue import HIGHEST_PRICE
from gallery.services.consignment import counter, handovers, settlements
from gallery.services.consignment.stock import MOST_PIECES, RECORD, SELL, check_may
from ikm.api import pages
from ikm.api.serializers import NamedOutput, StepOutput
from ikm.models import Business

#: As many lines as one paper or sale has.
MOST_LINES = 200
#: The two ways goods are handed over.
HANDOVERS = {
    MovementKind.RECEIVED.value: handovers.receive_goods,
    MovementKind.RETURNED.value: handovers.return_goods,
}
HANDOVER_KINDS = [(kind, MovementKind(kind).label) for kind in HANDOVERS]
_BUSINESS = OpenApiParameter("business", str, description="Nomor register usaha (IKM-…).")
_PRODUCT = OpenApiParameter("product", str, description="Nomor produk (PRD-…).")


# --- Outputs ----------------------------------------------------------------------------------------------------------


class GoodsOutput(serializers.Serializer):
    """A variant as goods in the gallery."""

    reference = serializers.CharField()
    name = serializers.CharField(source="__str__")
    sku = serializers.CharField()


class MovedOutput(serializers.Serializer):
    variant = GoodsOutput()
    quantity = serializers.IntegerField(source="pieces")


class GoodsNoteOutput(serializers.Serializer):
    reference = serializers.CharField()
    business = NamedOutput()
    kind = serializers.ChoiceField(HANDOVER_KINDS)
    handed_by = serializers.CharField()
    note = serializers.CharField()
    letter = serializers.SerializerMethodField(help_text="Nomor surat tanda terima.")
    lines = MovedOutput(source="movements", many=True)
    recorded_at = MomentField()

    def get_letter(self, note) -> str:
        return next((one.number for one in note.letters.all()), "")


class GoodsNotePageOutput(pages.SyncPageOutput):
    results = GoodsNoteOutput(many=True)


class StockOutput(serializers.Serializer):
    variant = GoodsOutput()
    product = NamedOutput(source="variant.product")
    business = NamedOutput(source="variant.product.business")
    quantity = serializers.IntegerField(help_text="Yang ada di galeri.")
    price = serializers.IntegerField(source="variant.price")
    modified_at = MomentField(allow_null=True, help_text="Gerakan terakhir.")


class StockPageOutput(pages.SyncPageOutput):
    results = StockOutput(many=True)


class MovementOutput(serializers.Serializer):
    """Pieces that came (above zero) or went (below zero). Never changed afterwards."""

    number = serializers.IntegerField(source="pk")
    variant = GoodsOutput()
    business = NamedOutput(source="variant.product.business")
    kind = serializers.ChoiceField(MovementKind.choices)
    quantity = serializers.IntegerField()
    unit_price = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    receipt = serializers.CharField(source="note.reference", default="")
    sale = serializers.CharField(source="sale.reference", default="")
    recorded_at = MomentField()


class MovementPageOutput(pages.SyncPageOutput):
    results = MovementOutput(many=True)


class SaleLineOutput(MovedOutput):
    kind = serializers.ChoiceField(MovementKind.choices)
    unit_price = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="Di bawah nol untuk yang dikembalikan pembeli.")
    reason = serializers.CharField()
    recorded_at = MomentField()


class SaleOutput(serializers.Serializer):
    """What one buyer paid. `total` is what was paid at the counter, `lines` also holds what was brought back."""

    reference = serializers.CharField()
    payment = serializers.ChoiceField(Payment.choices)
    payment_reference = serializers.CharField()
    total = serializers.IntegerField()
    sold_at = MomentField()
    lines = SaleLineOutput(source="movements", many=True)
    modified_at = MomentField()


class SalePageOutput(pages.SyncPageOutput):
    results = SaleOutput(many=True)


class SettlementOutput(serializers.Serializer):
    reference = serializers.CharField()
    business = NamedOutput()
    month = MonthField()
    status = serializers.ChoiceField(SettlementStatus.choices)
    sold = serializers.IntegerField()
    commission = serializers.IntegerField(help_text="Bagian galeri.")
    payable = serializers.IntegerField()
    paid_on = serializers.DateField(allow_null=True)
    payment_reference = serializers.CharField()
    letter = serializers.SerializerMethodField(help_text="Nomor surat rincian; kosong sebelum dibayar.")
    modified_at = MomentField()
    version = serializers.IntegerField()

    def get_letter(self, settlement) -> str:
        return next((one.number for one in settlement.letters.all()), "")


class SettlementLineOutput(serializers.Serializer):
    sale = serializers.CharField(source="movement.sale.reference")
    variant = GoodsOutput(source="movement.variant")
    kind = serializers.ChoiceField(MovementKind.choices, source="movement.kind")
    quantity = serializers.IntegerField(source="movement.pieces")
    amount = serializers.IntegerField()
    commission = serializers.IntegerField()
    recorded_at = MomentField(source="movement.recorded_at")


class SettlementDetailOutput(SettlementOutput):
    lines = SettlementLineOutput(many=True)
    steps = StepOutput(many=True)


class SettlementPageOutput(pages.SyncPageOutput):
    results = SettlementOutput(many=True)


class StockCountOutput(serializers.Serializer):
    reference = serializers.CharField()
    status = serializers.ChoiceField(CountStatus.choices)
    started_at = MomentField()
    closed_at = MomentField(allow_null=True)
    modified_at = MomentField()
    version = serializers.IntegerField()


class StockCountLineOutput(serializers.Serializer):
    variant = GoodsOutput()
    expected = serializers.IntegerField(help_text="Menurut catatan.")
    counted = serializers.IntegerField(allow_null=True, help_text="null bila belum dihitung.")
    difference = serializers.SerializerMethodField()
    reason = serializers.CharField()

    def get_difference(self, line) -> int | None:
        return None if line.counted is None else line.counted - line.expected


class StockCountDetailOutput(StockCountOutput):
    lines = StockCountLineOutput(many=True)


class StockCountPageOutput(pages.SyncPageOutput):
    results = StockCountOutput(many=True)


# --- Inputs -----------------------------------------------------------------------------------------------------------


class LineInput(Input):
    variant = serializers.CharField(max_length=16, help_text="Kode barang (BRG-…).")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_PIECES)


class GoodsNoteInput(Input):
    kind = serializers.ChoiceField(
        [*HANDOVERS], help_text="received: barang masuk; returned: kembali ke pembuat."
    )
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha (IKM-…).")
    handed_by = serializers.CharField(max_length=150, help_text="Yang menyerahkan atau menerima.")
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    lines = LineInput(many=True, max_length=MOST_LINES)


class GoodsDamageInput(LineInput):
    reason = serializers.CharField(max_length=200)


class SaleLineInput(LineInput):
    price = serializers.IntegerField(
        min_value=1, max_value=HIGHEST_PRICE, required=False, help_text="Harga satuan yang disepakati; harga barang bila tidak disebut."
    )  # fmt: skip


class SaleInput(Input):
    payment = serializers.ChoiceField(Payment.choices)
    payment_reference = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True, help_text="Nomor QRIS."
    )
    lines = SaleLineInput(many=True, max_length=MOST_LINES)


class TakeBackInput(LineInput):
    unit_price = serializers.IntegerField(
        min_value=1, required=False, help_text="Bila barang yang sama terjual dengan beberapa harga."
    )
    reason = serializers.CharField(max_length=200)


class SettlementInput(Input):
    business = serializers.CharField(max_length=16, help_text="Nomor register usaha (IKM-…).")
    month = MonthField(help_text="Bulan yang sudah selesai.")


class SettlementStepInput(Input):
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    paid_on = serializers.DateField(required=False, help_text="pay: tanggal dibayar.")
    payment_reference = serializers.CharField(
        max_length=60, required=False, help_text="pay: nomor bukti bayar."
    )


_RECEIPT = {
    "kind": "received",
    "business": "IKM-4T7P-93RB",
    "handed_by": "Sekar",
    "lines": [{"variant": "BRG-6M2K-W8QD", "quantity": 12}],
}
_SALE = {
    "payment": "qris",
    "payment_reference": "QR-20261124-0071",
    "lines": [{"variant": "BRG-6M2K-W8QD", "quantity": 1}, {"variant": "BRG-7H3C-X2PM", "quantity": 2, "price": 85_000}],
}  # fmt: skip


# --- What the resources share -----------------------------------------------------------------------------------------


def _chosen(rows, user):
    """The variants that the lines name, in their order. Raises ValidationError for a code that is none."""
    numbers = []
    for row in rows:
        try:
            numbers.append(parse_reference(row["variant"], prefix="BRG"))
        except ValidationError as error:
            raise _unknown(row["variant"]) from error
    found = Variant.objects.visible_to(user).filter(reference__in=numbers)
    known = {one.reference: one for one in found.select_related("product__business")}
    if missing := [number for number in numbers if number not in known]:
        raise _unknown(missing[0])
    return [known[number] for number in numbers]


def _unknown(code):
    return ValidationError({"variant": _("Tidak ada barang dengan kode %(code)s.") % {"code": code}})


def _last_moved(**where):
    """The moment of the last movement of what `where` names."""
    return Subquery(Movement.objects.filter(**where).order_by("-recorded_at").values("recorded_at")[:1])


def _plain(rows, *, to_business="business", to_product=""):
    """Without the long words that no answer here shows."""
    return rows.defer(
        *(f"{to_business}__{name}" for name in ("search", "product_words")),
        *(f"{to_product}__{name}" for name in ("search", "description", "description_en") if to_product),
    )


# --- Receipts ---------------------------------------------------------------------------------------------------------


@extend_schema(tags=["gallery"])
class GoodsNoteViewSet(ApiViewSet):
    """Papers of goods in and goods back: of the businesses one speaks for; all for officials of the gallery."""

    scope = "gallery.consignment"
    queryset = GoodsNote.objects.none()
    serializer_class = GoodsNoteOutput
    filters = {
        "kind": pages.choice("kind", [*HANDOVERS]),
        "business": pages.exact("business__reference"),
    }

    def _rows(self, user):
        rows = GoodsNote.objects.visible_to(user).annotate(modified_at=F("recorded_at"))
        return _plain(rows.select_related("business")).prefetch_related(
            "movements__variant__product", "letters"
        )

    @pages.listed(
        "Daftar tanda terima barang",
        GoodsNotePageOutput,
        OpenApiParameter("kind", str, enum=[*HANDOVERS]),
        _BUSINESS,
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), GoodsNoteOutput, filters=self.filters)

    @extend_schema(summary="Satu tanda terima barang", responses=GoodsNoteOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        note = pages.own(self._rows(request.user), reference, "TTB")
        return json_answer(request, orjson.dumps(GoodsNoteOutput(note).data))

    @extend_schema(
        summary="Catat barang masuk atau kembali",
        description="Tanda terima bernomor dibuat saat itu juga.",
        parameters=[pages.KEY_NEEDED],
        request=GoodsNoteInput,
        responses={201: GoodsNoteOutput},
        examples=[OpenApiExample("Barang masuk", value=_RECEIPT, request_only=True)],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        user = request.user
        check_may(user, RECORD)
        given = read(GoodsNoteInput, request)
        business = pages.own(Business.objects.visible_to(user), given["business"], "IKM")
        lines = [
            (variant, row["quantity"])
            for variant, row in zip(_chosen(given["lines"], user), given["lines"], strict=True)
        ]
        made = HANDOVERS[given["kind"]](
            business, lines, actor=user, handed_by=given["handed_by"], note=given["note"]
        )
        return Response(GoodsNoteOutput(self._rows(user).get(pk=made.pk)).data, status=201)


# --- Stock and movements ----------------------------------------------------------------------------------------------


@extend_schema(tags=["gallery"])
class GalleryStockViewSet(ApiViewSet):
    """What lies in the gallery, by maker and variant: one's own; all for officials of the gallery."""

    scope = "gallery.consignment"
    queryset = GalleryStock.objects.none()
    serializer_class = StockOutput
    filters = {
        "business": pages.exact("variant__product__business__reference"),
        "product": pages.exact("variant__product__reference"),
    }

    @pages.listed("Stok di galeri", StockPageOutput, _BUSINESS, _PRODUCT)
    def list(self, request):
        rows = (
            GalleryStock.objects.visible_to(request.user)
            .annotate(modified_at=_last_moved(variant=OuterRef("variant_id")))
            .select_related("variant__product__business")
        )
        rows = _plain(rows, to_business="variant__product__business", to_product="variant__product")
        return pages.answer(request, rows, StockOutput, filters=self.filters)


@extend_schema(tags=["gallery"])
class MovementViewSet(ApiViewSet):
    """Every piece that came or went: of one's own goods; all for officials of the gallery."""

    scope = "gallery.consignment"
    queryset = Movement.objects.none()
    serializer_class = MovementOutput
    filters = {
        "kind": pages.choice("kind", MovementKind.values),
        "business": pages.exact("variant__product__business__reference"),
        "product": pages.exact("variant__product__reference"),
    }

    def _rows(self, user):
        rows = (
            Movement.objects.visible_to(user)
            .annotate(modified_at=F("recorded_at"))
            .select_related("variant__product__business", "note", "sale")
        )
        return _plain(rows, to_business="variant__product__business", to_product="variant__product")

    @pages.listed(
        "Gerakan barang",
        MovementPageOutput,
        OpenApiParameter("kind", str, enum=MovementKind.values),
        _BUSINESS,
        _PRODUCT,
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), MovementOutput, filters=self.filters)

    @extend_schema(
        summary="Catat barang rusak atau hilang",
        parameters=[pages.KEY_NEEDED],
        request=GoodsDamageInput,
        responses={201: MovementOutput},
        examples=[
            OpenApiExample(
                "Pecah",
                value={"variant": "BRG-6M2K-W8QD", "quantity": 1, "reason": "Pecah saat ditata."},
                request_only=True,
            )
        ],
        filters=False,
    )
    @action(detail=False, methods=["post"])
    @names_the_actor
    @idempotent
    def damage(self, request):
        user = request.user
        check_may(user, RECORD)
        given = read(GoodsDamageInput, request)
        [variant] = _chosen([given], user)
        made = handovers.record_damage(variant, given["quantity"], actor=user, reason=given["reason"])
        return Response(MovementOutput(self._rows(user).get(pk=made.pk)).data, status=201)


# --- Sales ------------------------------------------------------------------------------------------------------------


@extend_schema(tags=["gallery"])
class SaleViewSet(ApiViewSet):
    """Sales at the counter, for officials of the gallery: one may hold goods of several makers."""

    scope = "gallery.consignment"
    queryset = Sale.objects.none()
    serializer_class = SaleOutput
    filters = {"payment": pages.choice("payment", Payment.values)}

    def _rows(self, user):
        return (
            Sale.objects.visible_to(user)
            .annotate(modified_at=Coalesce(_last_moved(sale=OuterRef("pk")), F("sold_at")))
            .prefetch_related("movements__variant__product")
        )

    @pages.listed("Daftar penjualan", SalePageOutput, OpenApiParameter("payment", str, enum=Payment.values))
    def list(self, request):
        return pages.answer(request, self._rows(request.user), SaleOutput, filters=self.filters)

    @extend_schema(summary="Satu penjualan", responses=SaleOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        sale = pages.own(self._rows(request.user), reference, "JUL")
        return json_answer(request, orjson.dumps(SaleOutput(sale).data))

    @extend_schema(
        summary="Jual",
        description="Stok tidak pernah di bawah nol: dari dua penjualan barang terakhir, satu ditolak (out_of_stock).",
        parameters=[pages.KEY_NEEDED],
        request=SaleInput,
        responses={201: SaleOutput},
        examples=[OpenApiExample("Dua barang dengan QRIS", value=_SALE, request_only=True)],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        user = request.user
        check_may(user, SELL)
        given = read(SaleInput, request)
        rows = given.pop("lines")
        lines = [
            (variant, row["quantity"], row.get("price"))
            for variant, row in zip(_chosen(rows, user), rows, strict=True)
        ]
        made = counter.sell(lines, actor=user, **given)
        return Response(SaleOutput(self._rows(user).get(pk=made.pk)).data, status=201)

    @extend_schema(
        summary="Terima kembali dari pembeli",
        parameters=[pages.KEY_NEEDED],
        request=TakeBackInput,
        responses={201: SaleOutput},
        examples=[
            OpenApiExample(
                "Salah ukuran",
                value={"variant": "BRG-6M2K-W8QD", "quantity": 1, "reason": "Salah ukuran."},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], url_path="take-back")
    @names_the_actor
    def take_back(self, request, reference):
        # A stranger finds nothing, with or without a key.
        sale = pages.own(Sale.objects.visible_to(request.user), reference, "JUL")
        return self._take_back(request, sale)

    @idempotent
    def _take_back(self, request, sale):
        user = request.user
        given = read(TakeBackInput, request)
        [variant] = _chosen([given], user)
        lines = sale.movements.filter(kind=MovementKind.SOLD, variant=variant)
        if "unit_price" in given:
            lines = lines.filter(unit_price=given["unit_price"])
        found = {line.unit_price: line for line in lines.select_related("sale", "variant__product")}
        if not found:
            raise ValidationError({"variant": _("Barang ini tidak ada dalam penjualan itu.")})
        if len(found) > 1:
            raise ValidationError(
                {"unit_price": _("Barang ini terjual dengan beberapa harga. Sebutkan harganya.")}
            )
        [line] = found.values()
        counter.take_back(line, given["quantity"], actor=user, reason=given["reason"])
        return Response(SaleOutput(self._rows(user).get(pk=sale.pk)).data, status=201)


# --- Settlements ------------------------------------------------------------------------------------------------------


def _of_month(rows, text):
    try:
        return rows.filter(month=day_of(f"{text}-01"))
    except ValidationError:
        raise ValidationError(_("Tulis bulan sebagai YYYY-MM.")) from None


@extend_schema(tags=["gallery"])
class SettlementViewSet(ApiViewSet):
    """What the gallery owes makers for each month: one's own; all for officials of the gallery."""

    scope = "gallery.consignment"
    queryset = Settlement.objects.none()
    serializer_class = SettlementOutput
    filters = {
        "status": pages.choice("status", SettlementStatus.values),
        "business": pages.exact("business__reference"),
        "month": _of_month,
    }

    def _rows(self, user):
        rows = Settlement.objects.visible_to(user).select_related("business").prefetch_related("letters")
        return _plain(rows)

    def _detail(self, user, settlement):
        shown = self._rows(user).get(pk=settlement.pk)
        lines = shown.lines.select_related("movement__sale", "movement__variant__product")
        return shown.version, {
            **SettlementOutput(shown).data,
            "lines": SettlementLineOutput(lines, many=True).data,
            "steps": open_steps_shown(shown, user),
        }

    @pages.listed(
        "Daftar bagi hasil",
        SettlementPageOutput,
        OpenApiParameter("status", str, enum=SettlementStatus.values),
        _BUSINESS,
        OpenApiParameter("month", str, description="Bulan (YYYY-MM)."),
    )
    def list(self, request):
        return pages.answer(request, self._rows(request.user), SettlementOutput, filters=self.filters)

    @extend_schema(summary="Satu bagi hasil dengan rinciannya", responses=SettlementDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        found = pages.own(Settlement.objects.visible_to(request.user), reference, "BGH")
        version, body = self._detail(request.user, found)
        return json_answer(request, orjson.dumps(body), version=version)

    @extend_schema(
        summary="Susun bagi hasil sebulan",
        parameters=[pages.KEY_NEEDED],
        request=SettlementInput,
        responses={201: SettlementDetailOutput},
        examples=[
            OpenApiExample(
                "Oktober", value={"business": "IKM-4T7P-93RB", "month": "2026-10"}, request_only=True
            )
        ],
    )
    @names_the_actor
    @idempotent
    def create(self, request):
        user = request.user
        given = read(SettlementInput, request)
        business = pages.own(Business.objects.visible_to(user), given["business"], "IKM")
        made = settlements.prepare_settlement(business, given["month"], actor=user)
        return Response(self._detail(user, made)[1], status=201)

    @extend_schema(
        summary="Setujui atau catat dibayar",
        description="approve oleh petugas lain dari yang menyusun; pay dengan tanggal dan nomor bukti bayar.",
        parameters=[
            OpenApiParameter("step", str, OpenApiParameter.PATH, enum=[*Settlement.STEPS]),
            pages.KEY_NEEDED,
            pages.IF_MATCH,
        ],
        request=SettlementStepInput,
        responses={200: SettlementDetailOutput},
        examples=[
            OpenApiExample(
                "Dibayar",
                value={"paid_on": "2026-11-05", "payment_reference": "TRX-20261105-17"},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<step>[^/]+)", url_name="step")
    @names_the_actor
    def step(self, request, reference, step):
        if step not in Settlement.STEPS:
            raise Http404
        # A stranger finds nothing, with or without a key.
        found = pages.own(Settlement.objects.visible_to(request.user), reference, "BGH")
        return self._step(request, found, step)

    @idempotent
    def _step(self, request, found, step):
        given, user = read(SettlementStepInput, request), request.user
        proof = {name: given[name] for name in ("paid_on", "payment_reference") if name in given}
        with at_version(request, found):
            if step == "pay":
                if missing := [name for name in ("paid_on", "payment_reference") if name not in proof]:
                    sentence = _("Tuliskan tanggal dan nomor bukti bayar.")
                    raise ValidationError(dict.fromkeys(missing, sentence))
                settlements.pay_settlement(found, actor=user, note=given["note"], **proof)
            else:
                if proof:
                    sentence = _("Bukti bayar hanya untuk langkah pay.")
                    raise ValidationError(dict.fromkeys(proof, sentence))
                settlements.approve_settlement(found, actor=user, note=given["note"])
        return Response(self._detail(user, found)[1])


# --- Counts -----------------------------------------------------------------------------------------------------------


@extend_schema(tags=["gallery"])
class StockCountViewSet(ApiViewSet):
    """Counts of the goods ("stock opname"), to read, for officials of the gallery."""

    scope = "gallery.consignment"
    queryset = StockCount.objects.none()
    serializer_class = StockCountOutput
    filters = {"status": pages.choice("status", CountStatus.values)}

    @pages.listed(
        "Daftar hitung stok", StockCountPageOutput, OpenApiParameter("status", str, enum=CountStatus.values)
    )
    def list(self, request):
        rows = StockCount.objects.visible_to(request.user)
        return pages.answer(request, rows, StockCountOutput, filters=self.filters)

    @extend_schema(summary="Satu hitung stok dengan selisihnya", responses=StockCountDetailOutput)
    def retrieve(self, request, reference):
        refuse_unknown(request.query_params, set())
        count = pages.own(StockCount.objects.visible_to(request.user), reference, "OPN")
        lines = count.lines.select_related("variant__product")
        body = StockCountOutput(count).data | {"lines": StockCountLineOutput(lines, many=True).data}
        # Without the version in the tag: lines change while the count itself does not.
        return json_answer(request, orjson.dumps(body))
