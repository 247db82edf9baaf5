"""Pictures for the demo, drawn here: a workshop front in the city's colours, and a card that says it is none."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

TERRACOTTA, INDIGO, CREAM, LEAF, DUSK = "#b4532a", "#2b3a67", "#f6efe4", "#5d7a4b", "#d99a5b"


def shop_front(rng, name):
    """A JPEG of a house with an awning, a door, windows and a tamarind, each a little different."""
    image = Image.new("RGB", (800, 600), rng.choice((CREAM, "#e8eef4", "#f3e3cf")))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 470, 800, 600), fill="#c9b79c")
    left, right, roof = rng.randint(90, 190), rng.randint(600, 710), rng.randint(150, 230)
    wall, trim = rng.sample((TERRACOTTA, INDIGO, DUSK, "#ffffff", "#8aa0b8"), 2)
    draw.rectangle((left, roof, right, 480), fill=wall, outline="#3a2a20", width=3)
    draw.polygon(
        ((left - 40, roof), ((left + right) / 2, roof - rng.randint(70, 120)), (right + 40, roof)),
        fill=TERRACOTTA,
    )
    stripes, width = 10, (right - left) / 10
    for stripe in range(stripes):
        x = left + stripe * width
        draw.rectangle((x, roof + 60, x + width, roof + 110), fill=trim if stripe % 2 else CREAM)
    door = rng.randint(left + 60, right - 170)
    draw.rectangle((door, roof + 140, door + 100, 480), fill="#5a3b28")
    for window in (left + 30, right - 120):
        if abs(window - door) > 110:
            draw.rectangle(
                (window, roof + 150, window + 90, roof + 220), fill="#dfe9f0", outline="#3a2a20", width=4
            )
    trunk = rng.choice((50, 745))
    draw.rectangle((trunk - 8, 330, trunk + 8, 480), fill="#6b4a32")
    for _leaf in range(60):
        x, y = rng.gauss(trunk, 45), rng.gauss(290, 40)
        draw.ellipse((x - 14, y - 7, x + 14, y + 7), fill=rng.choice((LEAF, "#6f8d57", "#4c6a3d")))
    draw.text(
        ((left + right) / 2, roof + 28),
        name[:40],
        fill="#ffffff" if wall != "#ffffff" else INDIGO,
        anchor="mm",
        font_size=30,
    )
    return _jpeg(image, "tempat-usaha.jpg")


def sample_card(name):
    """A JPEG in the size of an identity card that can be taken for none."""
    image = Image.new("RGB", (856, 540), "#dbe7f2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 836, 520), outline=INDIGO, width=4)
    draw.text((428, 90), "CONTOH, BUKAN KTP", fill=TERRACOTTA, anchor="mm", font_size=52)
    draw.text((60, 200), f"Nama: {name}", fill=INDIGO, font_size=34)
    draw.text((60, 260), "Kota Semarang", fill=INDIGO, font_size=34)
    draw.rectangle((620, 180, 790, 400), fill="#b9c7d6")
    draw.ellipse((665, 205, 745, 285), fill=CREAM)
    draw.pieslice((640, 290, 770, 480), 180, 360, fill=CREAM)
    return _jpeg(image, "ktp-contoh.jpg")


def sample_paper(title, lines):
    """A JPEG of a sheet with a heading and lines, that says it is none: a licence, a proof of collateral."""
    image = Image.new("RGB", (620, 877), "#fdfcf8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((24, 24, 596, 853), outline=INDIGO, width=3)
    draw.text((310, 110), f"CONTOH, BUKAN {title}", fill=TERRACOTTA, anchor="mm", font_size=34)
    for number, line in enumerate(lines):
        draw.text((70, 210 + number * 48), line, fill=INDIGO, font_size=26)
    for y in range(240 + len(lines) * 48, 640, 36):
        draw.line((70, y, 550, y), fill="#d8d3c8", width=3)
    draw.ellipse((400, 690, 510, 800), outline=TERRACOTTA, width=5)
    draw.text((455, 745), "contoh", fill=TERRACOTTA, anchor="mm", font_size=24)
    return _jpeg(image, f"{title.lower().replace(' ', '-')}-contoh.jpg")


def _jpeg(image, name):
    content = io.BytesIO()
    image.resize((image.width * 3 // 5, image.height * 3 // 5)).save(content, "JPEG", quality=80)
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")
