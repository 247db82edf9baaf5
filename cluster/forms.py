"""What visitors ask of the clusters, what members send, what officials write."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cluster.enums import ClusterKind, Post
from cluster.models import Cluster, Membership
from cluster.services.clusters import FIELDS
from core.doors import ServiceFormMixin
from core.references import parse_reference
from ikm.forms.fields import CoordinateInput, DateInput, PlainNumber
from ikm.forms.public import DayInput
from ikm.models import Area, Business
from programme.models import LegalBasis


class ClusterFilterForm(forms.Form):
    """A GET form: the address is the question."""

    cari = forms.CharField(
        label=_("Nama atau produk"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    jenis = forms.ChoiceField(
        label=_("Jenis"), required=False, choices=[("", _("Semua")), *ClusterKind.choices]
    )
    kecamatan = forms.ChoiceField(label=_("Kecamatan"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Area.objects.filter(level="kecamatan").order_by("name").values_list("code", "name")
        self.fields["kecamatan"].choices = [("", _("Semua")), *rows]

    def narrow(self, rows):
        """`rows` of Cluster as the form asks; what cannot be read asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        if kind := given.get("jenis"):
            rows = rows.filter(kind=kind)
        if code := given.get("kecamatan"):
            rows = rows.filter(area__code__startswith=code)
        for word in given.get("cari", "").split():
            rows = rows.filter(Q(name__icontains=word) | Q(products__icontains=word))
        return rows


class PlainForm(ServiceFormMixin, forms.Form):
    use_required_attribute = False


class DayForm(forms.Form):
    per = forms.DateField(label=_("Keadaan pada tanggal"), required=False, widget=DayInput())

    def day(self):
        """The day that is asked for, today without one."""
        self.is_valid()
        return self.cleaned_data.get("per") or timezone.localdate()


class NoteForm(PlainForm):
    note = forms.CharField(
        label=_("Catatan"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class JoinForm(NoteForm):
    business = forms.ModelChoiceField(
        label=_("Usaha"),
        queryset=None,
        empty_label=None,
        to_field_name="reference",
        error_messages={"required": _("Pilih usahanya.")},
    )
    field_order = ["business", "note"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["business"].queryset = (
            Business.objects.spoken_for_by(user).filter(status="registered").order_by("name", "pk")
        )
        self.fields["note"].label = _("Yang Anda buat")


class LeaveForm(NoteForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["note"].label = _("Alasan keluar")


class LetterForm(PlainForm):
    note = forms.CharField(
        label=_("Untuk keperluan"), required=False, max_length=200, help_text=_("Contoh: KUR kelompok.")
    )


class CapacityForm(PlainForm):
    product = forms.CharField(
        label=_("Produk"), max_length=120, error_messages={"required": _("Sebutkan produknya.")}
    )
    volume = PlainNumber(
        label=_("Banyaknya sebulan"),
        min_value=1,
        max_value=1_000_000_000,
        error_messages={"required": _("Isi banyaknya sebulan.")},
    )
    unit = forms.CharField(label=_("Satuan"), max_length=20, initial="buah")
    machine = forms.CharField(label=_("Mesin atau alat"), max_length=160, required=False)


class ClusterForm(ServiceFormMixin, forms.ModelForm):
    use_required_attribute = False
    area = forms.ModelChoiceField(
        label=_("Wilayah"),
        queryset=Area.objects.select_related("parent").order_by("code"),
        error_messages={"required": _("Pilih wilayahnya.")},
    )
    legal_basis = forms.ModelChoiceField(
        label=_("Dasar hukum"), queryset=LegalBasis.objects.published(), required=False
    )
    latitude = CoordinateInput(label=_("Lintang"), required=False, max_digits=8, decimal_places=6)
    longitude = CoordinateInput(label=_("Bujur"), required=False, max_digits=9, decimal_places=6)
    founded_on = DateInput(label=_("Berdiri sejak"), error_messages={"required": _("Isi tanggalnya.")})
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Cluster
        fields = list(FIELDS)
        widgets = {"story": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None

    def values(self):
        """What was typed, for the services, which check it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _post_clean(self):
        """The services check the record, under its lock."""


class FounderForm(PlainForm):
    business = forms.CharField(
        label=_("Nomor register usaha"),
        max_length=20,
        error_messages={"required": _("Isi nomor register usahanya.")},
        help_text=_("Contoh: IKM-7K3M-PX4Q."),
    )
    since = DateInput(label=_("Anggota sejak"), required=False)

    def clean_business(self):
        reference = parse_reference(self.cleaned_data["business"], prefix="IKM")
        found = Business.objects.filter(reference=reference).first()
        if found is None:
            raise ValidationError(_("Tidak ada usaha dengan nomor ini."))
        return found


class MemberChoice(forms.ModelChoiceField):
    def label_from_instance(self, membership):
        return membership.business.name


class MembersChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, membership):
        return membership.business.name


def _members(cluster):
    rows = Membership.objects.filter(cluster=cluster).select_related("business").order_by("business__name")
    return rows.filter(during__contains=timezone.localdate())


class ElectionForm(PlainForm):
    held_on = DateInput(
        label=_("Tanggal pemilihan"), error_messages={"required": _("Isi tanggal pemilihan.")}
    )
    last_day = DateInput(
        label=_("Masa jabatan sampai"), required=False, help_text=_("Kosongkan: sampai pemilihan berikutnya.")
    )
    minutes = forms.FileField(
        label=_("Berita acara pemilihan"), error_messages={"required": _("Unggah berita acaranya.")}
    )

    def __init__(self, *args, cluster, **kwargs):
        super().__init__(*args, **kwargs)
        for post in Post:
            self.fields[post.value] = MemberChoice(
                label=post.label, queryset=_members(cluster), required=False, empty_label=_("(kosong)")
            )
        self.order_fields(["held_on", *Post.values, "last_day", "minutes"])

    def posts(self):
        return {post: self.cleaned_data[post.value] for post in Post}


class SplitForm(PlainForm):
    name = forms.CharField(label=_("Nama klaster baru"), max_length=120)
    products = forms.CharField(label=_("Produk"), max_length=200)
    on = DateInput(label=_("Sejak tanggal"), required=False, help_text=_("Hari ini bila dikosongkan."))
    members = MembersChoice(
        label=_("Anggota yang pindah"),
        queryset=None,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih anggota yang pindah.")},
    )

    def __init__(self, *args, cluster, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = _members(cluster)


class MergeForm(PlainForm):
    into = forms.ModelChoiceField(
        label=_("Bergabung ke klaster"),
        queryset=None,
        empty_label=_("(pilih)"),
        to_field_name="reference",
        error_messages={"required": _("Pilih klaster tujuannya.")},
    )
    on = DateInput(label=_("Sejak tanggal"), required=False, help_text=_("Hari ini bila dikosongkan."))
    note = forms.CharField(label=_("Alasan"), required=False, max_length=500)

    def __init__(self, *args, cluster, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = Cluster.objects.filter(status="active").exclude(pk=cluster.pk)


class OrderForm(forms.Form):
    """A GET form: who can fill this order?"""

    use_required_attribute = False
    produk = forms.CharField(
        label=_("Produk"), max_length=120, error_messages={"required": _("Sebutkan produknya.")}
    )
    jumlah = PlainNumber(
        label=_("Jumlah"),
        min_value=1,
        max_value=1_000_000_000,
        error_messages={"required": _("Isi jumlahnya.")},
    )
    selesai = forms.DateField(
        label=_("Selesai paling lambat"),
        widget=DayInput(),
        error_messages={"required": _("Isi tanggalnya.")},
    )

    def clean_selesai(self):
        if self.cleaned_data["selesai"] <= timezone.localdate():
            raise ValidationError(_("Pilih tanggal sesudah hari ini."))
        return self.cleaned_data["selesai"]
