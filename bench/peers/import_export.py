"""The ordinary way to import a sheet: django-import-export with its defaults and one resource for the business.

It does less than the portal's import: no owner, figures or products, no rows that belong together, no second look.
"""

import tablib
from import_export import fields, resources, widgets

from ikm.models import Area, Business, Kbli


class KbliWidget(widgets.ForeignKeyWidget):
    def get_queryset(self, value, row, *args, **kwargs):
        return self.model.objects.filter(version=2020)


class BusinessResource(resources.ModelResource):
    name = fields.Field(attribute="name", column_name="Nama Perusahaan")
    address = fields.Field(attribute="address", column_name="Jalan/Alamat")
    phone = fields.Field(attribute="phone", column_name="Telepon")
    email = fields.Field(attribute="email", column_name="Email")
    commodity = fields.Field(attribute="commodity", column_name="Komoditi")
    kelurahan = fields.Field(
        attribute="kelurahan", column_name="kelurahan", widget=widgets.ForeignKeyWidget(Area, "code")
    )
    main_kbli = fields.Field(attribute="main_kbli", column_name="KBLI", widget=KbliWidget(Kbli, "code"))
    status = fields.Field(attribute="status", column_name="status")
    registered_on = fields.Field(
        attribute="registered_on", column_name="registered_on", widget=widgets.DateWidget()
    )

    class Meta:
        model = Business
        import_id_fields = ("name", "kelurahan")
        fields = (
            "name",
            "address",
            "phone",
            "email",
            "commodity",
            "kelurahan",
            "main_kbli",
            "status",
            "registered_on",
        )


def dataset(rows, headings):
    """The rows as import-export takes them; names of kelurahan are turned into codes for it beforehand."""
    from core.indonesia import match_kelurahan

    data = tablib.Dataset(headers=[*headings, "kelurahan", "status", "registered_on"])
    kelurahan, kecamatan = headings.index("Desa/Kel"), headings.index("Kecamatan")
    for row in rows:
        code = match_kelurahan(row[kelurahan], row[kecamatan]).code
        data.append([*row, code, "registered", "2017-12-31"])
    return data


def run(data):
    """Import the dataset; returns how many rows. Raises if any row was refused."""
    result = BusinessResource().import_data(data, raise_errors=True)
    return result.totals["new"] + result.totals["update"] + result.totals["skip"]
