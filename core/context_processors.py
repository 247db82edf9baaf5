from django.utils.functional import SimpleLazyObject

from core.models import Message


def portal(request):
    """What every page's frame shows about the signed-in person."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"portal": {"is_official": False, "unread_count": 0}}

    def frame():
        return {
            "is_official": user.is_staff,
            "unread_count": Message.objects.filter(recipient=user, read_at__isnull=True).count(),
        }

    return {"portal": SimpleLazyObject(frame)}
