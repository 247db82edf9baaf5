from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect


@login_required
def home_after_login(request):
    """Officials to their desk, entrepreneurs to their businesses, a partner's technician to the API's guide."""
    if request.user.is_staff:
        return redirect("office")
    return redirect("my_businesses" if request.user.has_perm("ikm.submit_business") else "api_start")
