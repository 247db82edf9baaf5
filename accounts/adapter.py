"""allauth's view of our users: sign-in by e-mail or phone."""

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError

from accounts.models import User
from core.indonesia import parse_phone


class AccountAdapter(DefaultAccountAdapter):
    def clean_phone(self, phone):
        return parse_phone(phone) if phone else phone

    def set_phone(self, user, phone, verified):
        user.phone = phone
        user.save(update_fields=["phone"])

    def get_phone(self, user):
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone_verified(self, user, phone):
        pass

    def get_user_by_phone(self, phone):
        return User.objects.filter(phone=phone).first()

    def send_verification_code_sms(self, user, phone, code, **kwargs):
        raise ValidationError("")
