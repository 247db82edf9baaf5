"""The picture that is shown where somebody shares a product: 1200 × 630, its photo at the left, name, price and maker beside it."""

import io

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
PAPER, INK, SOFT, BRAND, ACCENT = "#fdf9f3", "#1f1b2d", "#5a5468", "#232a63", "#a5401d"
PHOTO_WIDTH = 600


def draw_card(*, name, price, maker, photo=None):
    """The card as JPEG. `photo` is an open file of a picture, `price` is written out."""
    card = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(card)
    left = 60
    if photo is not None:
        with Image.open(photo) as picture:
            card.paste(_covering(picture.convert("RGB"), (PHOTO_WIDTH, SIZE[1])), (0, 0))
        left += PHOTO_WIDTH
    width = SIZE[0] - left - 50
    draw.rectangle((0, SIZE[1] - 18, SIZE[0], SIZE[1]), fill=ACCENT)
    draw.text((left, 60), "Semarang Kreatif Galeri", font=_font(28), fill=BRAND)
    font, lines = _fitting(draw, name, width)
    y = 130
    for line in lines:
        draw.text((left, y), line, font=font, fill=INK)
        y += font.size * 1.2
    draw.text((left, y + 24), price, font=_font(44), fill=ACCENT)
    for line in _lines(draw, maker, _font(30), width)[:2]:
        draw.text((left, y + 96), line, font=_font(30), fill=SOFT)
        y += 38
    stored = io.BytesIO()
    card.save(stored, "JPEG", quality=82, optimize=True)
    return stored.getvalue()


def _font(size):
    return ImageFont.load_default(size)


def _covering(picture, size):
    """The middle of the picture that fills `size`."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    picture = picture.resize((round(picture.width * scale) + 1, round(picture.height * scale) + 1))
    left, top = (picture.width - size[0]) // 2, (picture.height - size[1]) // 2
    return picture.crop((left, top, left + size[0], top + size[1]))


def _fitting(draw, text, width):
    """The largest font in which `text` takes four lines at most, and the lines."""
    for size in (60, 52, 44, 38):
        lines = _lines(draw, text, _font(size), width)
        if len(lines) <= 4:
            break
    return _font(size), lines[:4]


def _lines(draw, text, font, width):
    lines = []
    for word in text.split():
        if lines and draw.textlength(f"{lines[-1]} {word}", font=font) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
