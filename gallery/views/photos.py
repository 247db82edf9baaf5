"""Photos of products: everybody's while the product is shown, otherwise only of who may see the product; and their sheets."""

from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from core.public import official_reference
from gallery import sheets
from gallery.models import PhotoRendition, Product

TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
#: A withdrawn consent holds for a photo within the hour; a page of 24 cards need not ask 24 times at every turn.
KEPT_SECONDS = 3600


@require_safe
def photo(request, reference, width, ending):
    """One size of a photo. 404 for who may not see its product, and for a size that is not there."""
    if ending not in TYPES:
        raise Http404
    reference = official_reference(reference, "FTO")
    found = PhotoRendition.objects.filter(
        photo__reference=reference, width=width, format={"jpg": "jpeg"}.get(ending, ending)
    ).select_related("photo")
    rendition = found.first()
    if rendition is None:
        raise Http404
    product = Product.objects.filter(pk=rendition.photo.product_id)
    is_public = product.published().exists()
    if not is_public and not product.visible_to(request.user).exists():
        raise Http404
    etag = f'"{rendition.photo.sha256[:24]}-{width}{ending}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = FileResponse(rendition.file.open(), content_type=TYPES[ending])
        response["Last-Modified"] = http_date(rendition.photo.uploaded_at.timestamp())
    response["ETag"] = etag
    if is_public:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    else:
        patch_cache_control(response, private=True, no_store=True)
    return response


@require_safe
def sheet(request, width, names, mark):
    """The small photos of a page in one picture. A photo that is not shown to everybody leaves its place empty."""
    if not sheets.is_ours(width, names, mark):
        raise Http404
    photos = sheets.photos_of(names)
    etag = sheets.etag_of(photos, width)
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(sheets.drawn(photos, width), content_type=TYPES["webp"])
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response
