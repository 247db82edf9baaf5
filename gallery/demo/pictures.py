"""Pictures of products, drawn here: one drawing per kind of goods, in colours and motifs of its own for each product."""

import io
import math

from PIL import Image, ImageDraw, ImageOps

#: The side of a finished picture in pixels, and how much larger it is drawn so that edges are smooth.
SIDE, FINER = 640, 2
PAPERS = ("#f4ead9", "#e9eef0", "#efe6ea", "#e8ede1", "#f6efe4", "#ece7f0")
CLOTHS = ("#7a2e1d", "#2b3a67", "#8a5a2b", "#3f5a3c", "#5b2f52", "#1f4e5f", "#a4472f", "#40342c")
THREADS = ("#e8c98f", "#f3e3cf", "#d99a5b", "#e9d8a6", "#f0b27a", "#cfe0d8")
WOODS = ("#8b5a33", "#a9713f", "#6f4428", "#c08a55")
CLAYS = ("#b5643c", "#8d4b2e", "#c98a5e", "#6b7f86", "#d8c3a5")
METALS = ("#7d868c", "#9aa3a8", "#5f6a70", "#b08d57")
FOODS = ("#d9a441", "#c77f2e", "#b65a2a", "#e3c27a", "#8f4a2b")
LABELS = ("#b4532a", "#2b3a67", "#3f6b4a", "#8c2f39", "#946b12")


class _Board:
    """A square of 100 × 100 on which shapes are drawn."""

    def __init__(self, rng, kind):
        self.rng = rng
        side = SIDE * FINER
        self.unit = side / 100
        paper = rng.choice(PAPERS)
        self.image = Image.new("RGB", (side, side), paper)
        self.draw = ImageDraw.Draw(self.image)
        self._wall(paper)
        table = rng.choice(("#d9c7ac", "#c9b79c", "#cdd3d0", "#d6c6c9"))
        self.box(0, 72, 100, 100, table)
        self.oval(16, 76, 84, 90, _shade(table, -22))
        DRAWINGS[kind](self)

    def _wall(self, paper):
        """What hangs behind the goods, so that no two pictures are of the same corner."""
        for _thing in range(self.rng.randint(4, 7)):
            x, y, r = self.rng.uniform(5, 95), self.rng.uniform(5, 62), self.rng.uniform(9, 24)
            tone = _shade(paper, self.rng.choice((-30, -16, 9)))
            if self.rng.random() < 0.5:
                self.oval(x - r, y - r, x + r, y + r, tone)
            else:
                self.box(x - r * 0.8, y - r, x + r * 0.8, y + r, tone, 2)
                self.line([(x, y - r), (x, y + r)], paper, 0.8)

    def _all(self, numbers):
        return [number * self.unit for number in numbers]

    def box(self, left, top, right, bottom, fill, radius=0):
        self.draw.rounded_rectangle(
            self._all((left, top, right, bottom)), radius=radius * self.unit, fill=fill
        )

    def oval(self, left, top, right, bottom, fill):
        self.draw.ellipse(self._all((left, top, right, bottom)), fill=fill)

    def shape(self, points, fill):
        self.draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=fill)

    def line(self, points, fill, width=1.0):
        self.draw.line(
            [(x * self.unit, y * self.unit) for x, y in points],
            fill=fill,
            width=max(round(width * self.unit), 1),
            joint="curve",
        )

    def arc(self, left, top, right, bottom, start, end, fill, width=1.0):
        self.draw.arc(
            self._all((left, top, right, bottom)), start, end, fill=fill, width=round(width * self.unit)
        )

    def motif(self, left, top, right, bottom, colour):
        """One of five patterns after batik: kawung, parang, truntum, ceplok, tamarind leaves."""
        kind, step = self.rng.randrange(5), self.rng.choice((6, 7, 8))
        y = top + step / 2
        row = 0
        while y < bottom:
            x = left + step / 2 + (step / 2 if row % 2 else 0)
            while x < right - 1:
                self._mark(kind, x, y, step * 0.38, colour)
                x += step
            y += step
            row += 1

    def _mark(self, kind, x, y, r, colour):
        if kind == 0:
            for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
                cx, cy = x + dx * r * 0.55, y + dy * r * 0.55
                self.oval(cx - r * 0.45, cy - r * 0.45, cx + r * 0.45, cy + r * 0.45, colour)
        elif kind == 1:
            self.line([(x - r, y + r), (x, y), (x + r, y - r)], colour, r * 0.5)
            self.oval(x - r * 0.3, y - r * 0.3, x + r * 0.3, y + r * 0.3, colour)
        elif kind == 2:
            for turn in range(8):
                angle = turn * math.pi / 4
                self.line([(x, y), (x + math.cos(angle) * r, y + math.sin(angle) * r)], colour, r * 0.22)
        elif kind == 3:
            self.shape([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], colour)
        else:
            for side in (-1, 1):
                for leaf in range(3):
                    cy = y - r + leaf * r * 0.8
                    cx = x + side * r * 0.45
                    self.oval(cx - r * 0.4, cy - r * 0.2, cx + r * 0.4, cy + r * 0.2, colour)
            self.line([(x, y - r), (x, y + r)], colour, r * 0.15)

    def label(self, left, top, right, bottom):
        """A paper label with a leaf, and lines where the words would be."""
        colour = self.rng.choice(LABELS)
        self.box(left, top, right, bottom, "#fbf7ef", 1)
        self.box(left, top, right, top + (bottom - top) * 0.3, colour, 1)
        middle = (left + right) / 2
        self.oval(middle - 2.4, top + 1.2, middle + 2.4, top + 4.4, "#fbf7ef")
        for row in range(2):
            y = top + (bottom - top) * (0.5 + row * 0.2)
            self.line([(left + 3, y), (right - 3 - row * 4, y)], colour, 0.9)

    def jpeg(self):
        # As different hands hold a camera: nearer or farther, a little to the side, from the left or the right.
        side = self.image.width
        near = self.rng.uniform(0.84, 1) * side
        left, top = self.rng.uniform(0, side - near), self.rng.uniform(0, side - near)
        image = self.image.resize(
            (SIDE, SIDE), Image.Resampling.BILINEAR, (left, top, left + near, top + near)
        )
        if self.rng.random() < 0.5:
            image = ImageOps.mirror(image)
        stored = io.BytesIO()
        image.save(stored, "JPEG", quality=85)
        return stored.getvalue()


def _shade(colour, by):
    return "#" + "".join(f"{min(max(int(colour[i : i + 2], 16) + by, 0), 255):02x}" for i in (1, 3, 5))


def _cloth(b):
    ground, thread = b.rng.choice(CLOTHS), b.rng.choice(THREADS)
    b.shape([(20, 12), (80, 12), (84, 84), (16, 84)], ground)
    b.motif(22, 16, 78, 74, thread)
    b.box(17, 76, 83, 80, thread)
    for fold in (38, 60):
        b.line([(fold, 12), (fold - 2, 84)], _shade(ground, -18), 0.8)


def _shirt(b):
    ground, thread = b.rng.choice(CLOTHS), b.rng.choice(THREADS)
    b.shape([(34, 16), (44, 20), (56, 20), (66, 16), (88, 34), (78, 48), (70, 42), (70, 86), (30, 86), (30, 42),
             (22, 48), (12, 34)], ground)  # fmt: skip
    b.motif(32, 30, 68, 84, thread)
    b.shape([(44, 20), (50, 30), (56, 20)], _shade(ground, 40))
    b.line([(50, 30), (50, 86)], _shade(ground, -25), 0.8)
    for button in range(4):
        b.oval(51, 38 + button * 12, 53, 40 + button * 12, thread)


def _bag(b):
    ground, thread = b.rng.choice((*CLOTHS, *WOODS)), b.rng.choice(THREADS)
    b.arc(34, 12, 66, 58, 180, 360, _shade(ground, -30), 3)
    b.shape([(20, 38), (80, 38), (86, 86), (14, 86)], ground)
    b.motif(22, 56, 78, 84, thread)
    b.shape([(20, 38), (80, 38), (76, 56), (24, 56)], _shade(ground, -16))
    b.oval(47, 51, 53, 57, thread)


def _pouch(b):
    colour = b.rng.choice(LABELS)
    b.shape([(27, 20), (73, 20), (78, 86), (22, 86)], colour)
    b.box(27, 16, 73, 23, _shade(colour, -20))
    b.oval(32, 62, 68, 84, _shade(colour, 28))
    for _piece in range(11):
        x, y = b.rng.uniform(37, 61), b.rng.uniform(65, 78)
        b.oval(x, y, x + 6, y + 4, b.rng.choice(FOODS))
    b.label(33, 30, 67, 56)


def _plate(b):
    b.oval(12, 42, 88, 88, "#fbf7ef")
    b.oval(20, 47, 80, 83, "#e6ded0")
    leaf = b.rng.choice(("#5d7a4b", "#6f8d57", "#4c6a3d"))
    b.oval(23, 49, 77, 80, leaf)
    count = b.rng.randint(4, 7)
    for piece in range(count):
        angle = piece * 2 * math.pi / count
        x, y = 50 + math.cos(angle) * 15, 62 + math.sin(angle) * 8
        food = b.rng.choice(FOODS)
        b.box(x - 9, y - 6, x + 9, y + 6, food, 5)
        b.box(x - 7, y - 5, x + 6, y - 1, _shade(food, 26), 2)


def _jar(b):
    content = b.rng.choice((*FOODS, "#7a2e1d", "#3f5a3c"))
    b.box(30, 28, 70, 88, "#dfe9ec", 6)
    b.box(32, 40, 68, 86, content, 5)
    b.box(33, 18, 67, 30, b.rng.choice(CLOTHS), 2)
    b.label(35, 48, 65, 76)


def _bottle(b):
    content = b.rng.choice(("#7a3b1d", "#c98a2b", "#8c2f39", "#3f6b4a", "#d9a441"))
    b.box(43, 8, 57, 16, b.rng.choice(LABELS), 1)
    b.box(44, 15, 56, 34, _shade(content, 30))
    b.box(33, 30, 67, 88, content, 8)
    b.box(36, 34, 39, 80, _shade(content, 45), 1)
    b.label(35, 48, 65, 74)


def _chair(b):
    wood, seat = b.rng.choice(WOODS), b.rng.choice(CLOTHS)
    for x in (28, 66):
        b.box(x, 56, x + 5, 90, _shade(wood, -18))
    b.box(26, 12, 31, 60, wood)
    b.box(68, 12, 73, 60, wood)
    b.box(26, 12, 73, 18, wood, 2)
    bars = b.rng.randint(2, 5)
    for bar in range(1, bars + 1):
        x = 31 + 37 * bar / (bars + 1)
        b.box(x - 1.3, 18, x + 1.3, 52, _shade(wood, 14))
    b.shape([(24, 52), (76, 52), (80, 62), (20, 62)], seat)
    b.motif(28, 53, 74, 62, b.rng.choice(THREADS))


def _table(b):
    wood = b.rng.choice(WOODS)
    b.shape([(16, 42), (84, 42), (92, 52), (8, 52)], _shade(wood, 18))
    b.box(8, 52, 92, 57, wood)
    for x in (12, 83):
        b.box(x, 57, x + 5, 90, _shade(wood, -14))
    for x in (26, 69):
        b.box(x, 57, x + 4, 80, _shade(wood, -34))
    b.box(36, 57, 64, 66, _shade(wood, -8))
    b.oval(48.5, 60, 51.5, 63, "#e8c98f")
    pot = b.rng.choice(CLAYS)
    b.oval(44, 30, 58, 46, pot)
    for leaf in range(5):
        b.line([(51, 32), (40 + leaf * 5.5, 14 + abs(leaf - 2) * 3)], "#5d7a4b", 1.6)


def _cabinet(b):
    wood = b.rng.choice(WOODS)
    b.box(22, 12, 78, 88, wood, 2)
    b.box(19, 9, 81, 15, _shade(wood, -20), 1)
    for left in (26, 52):
        b.box(left, 20, left + 22, 82, _shade(wood, 16), 1)
        b.motif(left + 3, 24, left + 19, 52, _shade(wood, -26))
        b.box(left + 4, 56, left + 18, 78, _shade(wood, 4), 1)
    b.oval(47, 50, 49.5, 54, "#e8c98f")
    b.oval(50.5, 50, 53, 54, "#e8c98f")


def _pot(b):
    clay = b.rng.choice(CLAYS)
    b.oval(24, 34, 76, 90, clay)
    b.box(40, 18, 60, 42, clay)
    b.oval(34, 13, 66, 24, _shade(clay, -20))
    b.oval(38, 15, 62, 22, _shade(clay, -60))
    b.motif(28, 52, 72, 66, _shade(clay, 46))
    b.arc(28, 40, 50, 86, 110, 190, _shade(clay, 30), 1.2)


def _basket(b):
    cane = b.rng.choice(("#c79a5b", "#b07d3f", "#d8b67a", "#8f6a3a"))
    b.arc(26, 14, 74, 76, 180, 360, _shade(cane, -30), 3)
    b.shape([(18, 44), (82, 44), (74, 88), (26, 88)], cane)
    for row in range(6):
        y = 47 + row * 7
        for column in range(9):
            x = 20 + column * 7 + (3.5 if row % 2 else 0) + row * 0.4
            if x < 76 - row:
                b.box(x, y, x + 4.6, y + 4.2, _shade(cane, 24 if (row + column) % 2 else -20), 1)
    b.box(16, 41, 84, 47, _shade(cane, -24), 2)


def _shoe(b):
    leather = b.rng.choice(("#5a3b28", "#2f2622", "#8a5a2b", "#7a2e1d", "#40342c"))
    for dx, dy in ((0, -16), (4, 6)):
        b.shape([(14 + dx, 66 + dy), (18 + dx, 44 + dy), (38 + dx, 44 + dy), (52 + dx, 56 + dy),
                 (84 + dx, 62 + dy), (88 + dx, 72 + dy), (14 + dx, 72 + dy)], _shade(leather, dy))  # fmt: skip
        b.box(13 + dx, 71 + dy, 89 + dx, 76 + dy, "#d9c7ac" if dy > 0 else "#c4b08f", 1)
        for lace in range(3):
            b.line([(36 + dx + lace * 6, 47 + dy + lace * 4), (42 + dx + lace * 6, 44 + dy + lace * 4)],
                   "#f3e3cf", 1)  # fmt: skip


def _tool(b):
    metal, wood = b.rng.choice(METALS), b.rng.choice(WOODS)
    kind = b.rng.randrange(3)
    if kind == 0:
        b.shape([(16, 60), (60, 36), (70, 44), (30, 72)], metal)
        b.line([(16, 60), (30, 72)], _shade(metal, 50), 1)
        b.box(60, 30, 92, 40, wood, 4)
    elif kind == 1:
        b.oval(18, 34, 82, 84, _shade(metal, -12))
        b.oval(22, 36, 78, 76, _shade(metal, 30))
        b.box(6, 52, 20, 58, wood, 2)
        b.box(80, 52, 94, 58, wood, 2)
    else:
        b.box(44, 26, 52, 90, wood, 2)
        b.box(24, 18, 74, 34, metal, 3)
        b.box(24, 18, 34, 34, _shade(metal, -26), 3)


def _carving(b):
    wood = b.rng.choice(WOODS)
    b.box(20, 16, 80, 84, _shade(wood, -20), 3)
    b.box(25, 21, 75, 79, wood, 2)
    for turn in range(16):
        angle = turn * math.pi / 8
        x, y = 50 + math.cos(angle) * 17, 50 + math.sin(angle) * 19
        b.oval(x - 4.5, y - 4.5, x + 4.5, y + 4.5, _shade(wood, 30 if turn % 2 else -34))
    b.oval(38, 37, 62, 63, _shade(wood, 44))
    b.motif(40, 40, 60, 60, _shade(wood, -44))


DRAWINGS = {
    "cloth": _cloth, "shirt": _shirt, "bag": _bag, "pouch": _pouch, "plate": _plate, "jar": _jar, "bottle": _bottle,
    "chair": _chair, "table": _table, "cabinet": _cabinet, "pot": _pot, "basket": _basket, "shoe": _shoe, "tool": _tool,
    "carving": _carving,
}  # fmt: skip


def product_picture(rng, kind):
    """JPEG bytes of 640 × 640 pixels of goods of `kind` (a name of DRAWINGS); the same `rng` draws the same picture."""
    return _Board(rng, kind).jpeg()
