from django.urls import path

from credit.views import bank_files, loans

urlpatterns = [
    path("kredit/pinjaman/<reference>/", loans.my_loan, name="my_loan"),
    path("kredit/pinjaman/<reference>/surat/<kind>/", loans.my_loan_letter, name="my_loan_letter"),
    path("kerja/kredit/pinjaman/", loans.loan_list, name="office_loans"),
    path("kerja/kredit/pinjaman/ekspor.xlsx", loans.export, name="office_loans_export"),
    path("kerja/kredit/pinjaman/<reference>/", loans.loan_page, name="office_loan"),
    path(
        "kerja/kredit/pinjaman/<reference>/batalkan/<int:pk>/",
        loans.reverse_event_page,
        name="office_reverse_event",
    ),
    path("kerja/kredit/tunggakan/", loans.arrears, name="office_arrears"),
    path("kerja/kredit/keringanan/", loans.relief, name="office_relief"),
    path("kerja/kredit/keringanan/<reference>/batalkan/", loans.relief_undo, name="office_relief_undo"),
    path("kerja/kredit/berkas-bank/", bank_files.bank_files, name="bank_files"),
    path("kerja/kredit/berkas-bank/<reference>/", bank_files.bank_file, name="bank_file"),
    path("kerja/kredit/berkas-bank/<reference>/<int:number>/", bank_files.bank_line, name="bank_line"),
]
