"""The papers of the demo's applications: drawn ones that say what they are not, hung on them by the attachments service."""

from random import Random

from core.attachments import attach_file, copy_attachment
from credit.enums import CollateralKind, DocumentKind
from ikm.demo.load import moment
from ikm.demo.pictures import sample_card, sample_paper, shop_front

#: What stands on the papers that look alike for everybody, by kind of document and of collateral.
LICENCE = ("IZIN USAHA", ("Izin usaha mikro kecil", "Kota Semarang"))
COLLATERALS = {
    CollateralKind.VEHICLE: ("BPKB", ("Sepeda motor, tahun 2021", "Atas nama sendiri")),
    CollateralKind.LAND: ("SERTIPIKAT", ("Hak milik, 84 m²", "Kota Semarang")),
}


def attach_papers(applications, days):
    """KTP, licence, photo of the place and, where something stands for the loan, its proof; sent in on `days`."""
    first = {}
    for application, day in zip(applications, days, strict=True):
        actor, rng = application.applicant, Random(application.business_id)
        made = [
            attach_file(
                application, sample_card(application.owner.name), kind=DocumentKind.KTP.value, actor=actor
            ),
            attach_file(
                application,
                shop_front(rng, application.business.name),
                kind=DocumentKind.BUSINESS_PHOTO.value,
                actor=actor,
                allow=("image",),
            ),
        ]
        papers = {DocumentKind.LICENCE: LICENCE}
        if application.collateral_kind in COLLATERALS:
            papers[DocumentKind.COLLATERAL] = COLLATERALS[application.collateral_kind]
        for kind, paper in papers.items():
            if paper in first:
                made.append(copy_attachment(first[paper], application, kind=kind.value, actor=actor))
            else:
                first[paper] = attach_file(application, sample_paper(*paper), kind=kind.value, actor=actor)
                made.append(first[paper])
        application.attachments.filter(pk__in=[one.pk for one in made]).update(uploaded_at=moment(day, 8))
