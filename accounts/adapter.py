"""allauth's view of our users: sign-in by phone or e-mail, second factors sealed at rest."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError

from accounts.enums import Role
from accounts.forms import PhoneField
from accounts.models import User
from accounts.services import grant_role
from core.crypto import seal, unseal
from core.indonesia import parse_phone


class AccountAdapter(DefaultAccountAdapter):
    def phone_form_field(self, **kwargs):
        return PhoneField(**kwargs)

    def save_user(self, request, user, form, commit=True):
        """A person who signs up is an entrepreneur; every other role is given by an administrator."""
        user.name = form.cleaned_data["name"]
        user.language = request.LANGUAGE_CODE
        user = super().save_user(request, user, form, commit=False)
        user.email = user.email or None
        user.save()
        grant_role(user, Role.ENTREPRENEUR)
        return user

    def set_phone(self, user, phone, verified):
        user.phone = phone
        if user.pk:  # at sign-up the row does not stand yet; save_user writes it with the phone
            user.save(update_fields=["phone"])

    def get_phone(self, user):
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def get_user_by_phone(self, phone):
        try:
            return User.objects.filter(phone=parse_phone(phone)).first()
        except ValidationError:
            return None

    def set_phone_verified(self, user, phone):
        raise NotImplementedError("a phone is proved at the counter (accounts.services.use_counter_code)")

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        raise NotImplementedError("there is no SMS gateway; see ACCOUNT_PHONE_VERIFICATION_ENABLED")


class SecondFactorAdapter(DefaultMFAAdapter):
    LABEL = "mfa.authenticator.data"

    def encrypt(self, text):
        return seal(text, label=self.LABEL)

    def decrypt(self, encrypted_text):
        # What was set up before sealing began has no key's name in front.
        return unseal(encrypted_text, label=self.LABEL) if ":" in encrypted_text else encrypted_text
