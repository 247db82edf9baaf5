"""Our own clean copies of an upload's photos until they are written, in one file: nothing of what came in is left in it."""

import zipfile

from gallery.photos import CleanPhoto, Rendition


def put(archive, clean):
    """Add a CleanPhoto to an open ZipFile."""
    archive.writestr(f"{clean.sha256}/photo", clean.content)
    for one in clean.renditions:
        archive.writestr(f"{clean.sha256}/{one.width}x{one.height}.{one.format}", one.content)


def take(archive, picture):
    """The CleanPhoto that a BulkPicture stands for."""
    renditions = []
    for name in archive.namelist():
        folder, _slash, last = name.partition("/")
        if folder == picture.sha256 and last != "photo":
            size, _dot, kind = last.partition(".")
            width, _x, height = size.partition("x")
            renditions.append(Rendition(int(width), int(height), kind, archive.read(name)))
    return CleanPhoto(
        content=archive.read(f"{picture.sha256}/photo"),
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        perceptual_hash=picture.perceptual_hash,
        renditions=tuple(renditions),
    )


def thumbnail(file, picture):
    """The smallest JPEG of a BulkPicture, None where it is not there."""
    with zipfile.ZipFile(file) as archive:
        sizes = {
            int(name.rsplit("/", 1)[1].split("x")[0]): name
            for name in archive.namelist()
            if name.startswith(f"{picture.sha256}/") and name.endswith(".jpeg")
        }
        return archive.read(sizes[min(sizes)]) if sizes else None
