"""Webhooks in the API: a partner registers its own endpoints, reads what was sent to them, and has it sent again."""

import uuid
from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.http import Http404
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api import ApiViewSet, Input, MomentField, page_size, read, refuse_unknown
from core.conditional import json_answer
from core.idempotency import idempotent
from core.pagination import Cursor, Page
from ikm.api import pages
from webhooks import services
from webhooks.enums import DeliveryStatus, EndpointStatus
from webhooks.models import Delivery, Endpoint


class EndpointInput(Input):
    url = serializers.CharField(max_length=500)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=80),
        help_text="Misalnya credit.application.* atau credit.loan.paid.",
    )
    description = serializers.CharField(max_length=150, required=False, allow_blank=True)


class EndpointOutput(serializers.Serializer):
    reference = serializers.CharField()
    url = serializers.CharField()
    description = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(EndpointStatus.choices)
    disabled_reason = serializers.CharField()
    failing_since = MomentField(allow_null=True)
    previous_secret_until = MomentField(allow_null=True)
    created_at = MomentField()


class EndpointSecretOutput(EndpointOutput):
    secret = serializers.CharField(help_text="whsec_…; hanya ditampilkan sekarang.")


class EndpointsOutput(serializers.Serializer):
    results = EndpointOutput(many=True)


class NoteInput(Input):
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class EmptyInput(Input):
    pass


class ReplayInput(Input):
    since = serializers.DateTimeField()


class ReplayOutput(serializers.Serializer):
    deliveries = serializers.IntegerField()


class DeliveryOutput(serializers.Serializer):
    id = serializers.CharField(source="message_id", help_text="Sama dengan header webhook-id.")
    endpoint = serializers.CharField(source="endpoint.reference")
    type = serializers.CharField(source="kind")
    subject = serializers.CharField()
    status = serializers.ChoiceField(DeliveryStatus.choices)
    attempts_made = serializers.IntegerField()
    next_attempt_at = serializers.SerializerMethodField()
    happened_at = MomentField(source="event.created_at")
    delivered_at = MomentField(allow_null=True)

    def get_next_attempt_at(self, delivery) -> str | None:
        waiting = delivery.status == DeliveryStatus.WAITING
        return MomentField().to_representation(delivery.next_attempt_at) if waiting else None


class AttemptOutput(serializers.Serializer):
    at = MomentField()
    http_status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField()
    error = serializers.CharField()
    excerpt = serializers.CharField()


class DeliveryDetailOutput(DeliveryOutput):
    attempts = AttemptOutput(many=True)


class DeliveryPageOutput(serializers.Serializer):
    results = DeliveryOutput(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


_EXAMPLE = OpenApiExample(
    "Bank",
    request_only=True,
    value={
        "url": "https://sistem.bank.example/webhook",
        "kinds": ["credit.application.*", "credit.loan.*"],
        "description": "Sistem kredit",
    },
)


@extend_schema(tags=["webhooks"])
class EndpointViewSet(ApiViewSet):
    """One's own endpoints."""

    scope = "webhooks"
    queryset = Endpoint.objects.none()
    serializer_class = EndpointOutput
    pagination_class = None

    def _rows(self, user):
        return Endpoint.objects.visible_to(user).filter(owner=user)

    def _own(self, request, reference):
        return pages.own(self._rows(request.user), reference, "WHK")

    @extend_schema(summary="Alamat webhook", responses=forced_singular_serializer(EndpointsOutput))
    def list(self, request):
        refuse_unknown(request.query_params, set())
        return json_answer(request, orjson.dumps(EndpointsOutput({"results": self._rows(request.user)}).data))

    @extend_schema(
        summary="Daftarkan alamat webhook",
        description="Alamat https di internet umum. Pesan mengikuti Standard Webhooks 1.0.0; rahasianya hanya ditampilkan "
        "dalam jawaban ini.",
        parameters=[pages.KEY_NEEDED],
        request=EndpointInput,
        responses={201: EndpointSecretOutput},
        examples=[_EXAMPLE],
    )
    @idempotent(sealed=True)
    def create(self, request):
        made = services.register_endpoint(actor=request.user, **read(EndpointInput, request))
        return Response(EndpointSecretOutput(made).data, status=201)

    @extend_schema(
        summary="Ganti rahasia",
        description="Selama 24 jam pesan ditandatangani dengan rahasia baru dan yang lama.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=EmptyInput,
        responses=EndpointSecretOutput,
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False, sealed=True)
    def rotate(self, request, reference):
        endpoint = self._own(request, reference)
        read(EmptyInput, request)
        fresh = services.rotate_secret(endpoint, actor=request.user)
        return Response(EndpointSecretOutput(fresh).data)

    @extend_schema(
        summary="Matikan", parameters=[pages.IDEMPOTENCY_KEY], request=NoteInput, responses=EndpointOutput
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False)
    def disable(self, request, reference):
        endpoint = self._own(request, reference)
        changed = services.disable_endpoint(endpoint, actor=request.user, **read(NoteInput, request))
        return Response(EndpointOutput(changed).data)

    @extend_schema(
        summary="Hidupkan lagi",
        description="Yang masih menunggu segera dikirim. Yang terjadi selama mati diminta dengan “replay”.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=NoteInput,
        responses=EndpointOutput,
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False)
    def enable(self, request, reference):
        endpoint = self._own(request, reference)
        changed = services.enable_endpoint(endpoint, actor=request.user, **read(NoteInput, request))
        return Response(EndpointOutput(changed).data)

    @extend_schema(
        summary="Kirim pesan uji",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=EmptyInput,
        responses={201: DeliveryOutput},
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False)
    def test(self, request, reference):
        endpoint = self._own(request, reference)
        read(EmptyInput, request)
        made = services.send_test(endpoint, actor=request.user)
        return Response(DeliveryOutput(made).data, status=201)

    @extend_schema(
        summary="Kirim ulang sejak suatu saat",
        description="Semua kejadian yang diminta dan boleh dilihat, paling lama 90 hari yang lalu.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=ReplayInput,
        responses=ReplayOutput,
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False)
    def replay(self, request, reference):
        endpoint = self._own(request, reference)
        given = read(ReplayInput, request)
        count = services.replay_since(endpoint, given["since"], actor=request.user)
        return Response({"deliveries": count})


@extend_schema(tags=["webhooks"])
class DeliveryViewSet(ApiViewSet):
    """What was sent to one's own endpoints, the newest first."""

    scope = "webhooks"
    queryset = Delivery.objects.none()
    serializer_class = DeliveryOutput
    pagination_class = None
    lookup_field = "message"
    filters = {
        "endpoint": pages.exact("endpoint__reference"),
        "subject": pages.exact("subject"),
        "status": pages.choice("status", DeliveryStatus.values),
    }

    def _rows(self, user):
        return (
            Delivery.objects.visible_to(user).filter(endpoint__owner=user).select_related("endpoint", "event")
        )

    def _own(self, request, text):
        try:
            uid = uuid.UUID(text.removeprefix("msg_"))
        except ValueError:
            raise Http404 from None
        found = self._rows(request.user).filter(uid=uid).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        summary="Pengiriman webhook",
        parameters=[
            *(one for one in pages.PARAMETERS if one.name != "modified_since"),
            OpenApiParameter("endpoint", str, description="Nomor alamat (WHK-…)."),
            OpenApiParameter("subject", str, description="Nomor berkas yang dikabarkan."),
            OpenApiParameter("status", str, enum=DeliveryStatus.values),
        ],
        responses=forced_singular_serializer(DeliveryPageOutput),
    )
    def list(self, request):
        parameters = request.query_params
        refuse_unknown(parameters, {"cursor", "limit", *self.filters})
        rows = self._rows(request.user)
        for name, narrow in self.filters.items():
            if name in parameters:
                try:
                    rows = narrow(rows, parameters[name])
                except ValidationError as error:
                    raise ValidationError({name: error}) from None
        limit = page_size(request)
        given = parameters.get("cursor", "")
        cursor = Cursor.read(given, kinds=(int,)) if given else None
        backwards = cursor is not None and cursor.backwards
        if cursor is not None:
            rows = rows.filter(**{"pk__gt" if backwards else "pk__lt": cursor.key[0]})
        ordered = rows.order_by("pk" if backwards else "-pk")[: limit + 1]
        found = [(row.pk, orjson.dumps(DeliveryOutput(row).data).decode()) for row in ordered]
        page = Page.cut(found, cursor=cursor, limit=limit)
        rest = [(name, value) for name, value in parameters.items() if name != "cursor"]
        address = request.build_absolute_uri(request.path)
        return json_answer(
            request, page.as_bytes(lambda to: f"{address}?{urlencode([*rest, ('cursor', str(to))])}")
        )

    @extend_schema(summary="Satu pengiriman dengan percobaannya", responses=DeliveryDetailOutput)
    def retrieve(self, request, message):
        refuse_unknown(request.query_params, set())
        return json_answer(request, orjson.dumps(DeliveryDetailOutput(self._own(request, message)).data))

    @extend_schema(
        summary="Kirim ulang",
        description="Dengan webhook-id yang sama.",
        parameters=[pages.IDEMPOTENCY_KEY],
        request=EmptyInput,
        responses=DeliveryOutput,
    )
    @action(detail=True, methods=["post"])
    @idempotent(required=False)
    def replay(self, request, message):
        delivery = self._own(request, message)
        read(EmptyInput, request)
        again = services.replay_delivery(delivery, actor=request.user)
        return Response(DeliveryOutput(again).data)
