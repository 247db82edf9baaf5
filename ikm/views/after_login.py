from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect


@login_required
def home_after_login(request):
    """Officials to their desk, everybody else to their businesses."""
    if request.user.is_staff:
        return redirect("office")
    return redirect("my_businesses")
