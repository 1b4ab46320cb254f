# SPDX-License-Identifier: Apache-2.0
# images.py COMMAND...: grey images by the standard library alone, for tests/qr.sh.
#   keep SEED LOST FROM TO    copies all frames but a random share, in random order, some twice
#   spoil SEED HOW FROM TO    rotates, blurs or adds noise to PGM frames
#   screen FROM TO            what tmux captured of the animation, as an image
#   hostile TO                images that attack the reader
import pathlib
import random
import re
import shutil
import struct
import sys
import zlib


def pgm_read(path):
    magic, size, most, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    return width, height, bytearray(pixels)


def pgm_write(path, width, height, pixels):
    path.write_bytes(b"P5\n%d %d\n255\n" % (width, height) + bytes(pixels))


def keep(seed, lost, source, target):
    dice = random.Random(int(seed))
    frames = sorted(pathlib.Path(source).iterdir())
    pathlib.Path(target).mkdir()
    missing = set(dice.sample(frames, round(len(frames) * float(lost))))
    left = [f for f in frames if f not in missing]
    left += dice.sample(left, len(left) // 5)
    dice.shuffle(left)
    for number, frame in enumerate(left):
        shutil.copy(frame, pathlib.Path(target) / f"{number:05}{frame.suffix}")


def rotated(width, height, pixels, quarters):
    for _ in range(quarters):
        pixels = bytearray(pixels[(height - 1 - x) * width + y] for y in range(width) for x in range(height))
        width, height = height, width
    return width, height, pixels


def sheared(width, height, pixels, slope):
    out = bytearray(b"\xff" * len(pixels))
    for y in range(height):
        shift = int((y - height / 2) * slope)
        for x in range(width):
            if 0 <= x - shift < width:
                out[y * width + x] = pixels[y * width + x - shift]
    return width, height, out


def blurred(width, height, pixels):
    out = bytearray(pixels)
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            at = y * width + x
            out[at] = (sum(pixels[at - width - 1:at - width + 2]) + sum(pixels[at - 1:at + 2])
                       + sum(pixels[at + width - 1:at + width + 2])) // 9
    return width, height, out


def noisy(width, height, pixels, dice):
    # the contrast of a screen filmed in daylight
    return width, height, bytearray(max(0, min(255, 60 + p // 2 + int(dice.gauss(0, 12)))) for p in pixels)


def spoil(seed, how, source, target):
    dice = random.Random(int(seed))
    pathlib.Path(target).mkdir()
    for path in sorted(pathlib.Path(source).iterdir()):
        image = pgm_read(path)
        if how == "rotated":
            image = rotated(*image, dice.randrange(4))
        elif how == "sheared":
            image = sheared(*image, dice.uniform(-0.08, 0.08))
        elif how == "blurred":
            image = blurred(*image)
        elif how == "noisy":
            image = noisy(*image, dice)
        elif how == "inverted":
            image = image[0], image[1], bytearray(255 - p for p in image[2])
        pgm_write(pathlib.Path(target) / path.name, *image)


def screen(source, target):
    rows = []
    for line in pathlib.Path(source).read_text().splitlines():
        upper, lower, colours = [], [], [255, 255]
        for escape, block in re.findall("\x1b\\[([0-9;]*)m|(\u2580)", line):
            if block:
                upper.append(colours[0])
                lower.append(colours[1])
                continue
            for which, colour in re.findall("([34])8;5;([0-9]+)", escape):
                colours[which == "4"] = 0 if colour == "16" else 255
        if upper:
            rows += [upper, lower]
    width = max(map(len, rows))
    rows = [row + [255] * (width - len(row)) for row in rows]
    scaled = [p for row in rows for _ in range(4) for p in row for _ in range(4)]
    pgm_write(pathlib.Path(target), 4 * width, 4 * len(rows), scaled)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, rows, extra=b""):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def hostile(target):
    folder = pathlib.Path(target)
    folder.mkdir(exist_ok=True)
    good = png(16, 16, 8, 0, b"".join(b"\0" + bytes(16) for _ in range(16)))
    files = {
        "good.png": good,
        "truncated.png": good[:50],
        "magic-only.png": good[:8],
        "bad-crc.png": good[:30] + b"\x55" + good[31:],
        "no-data.png": png(16, 16, 8, 0, b""),
        "huge.png": png(0x7fffffff, 0x7fffffff, 8, 0, bytes(100)),
        "wide.png": png(8193, 1, 8, 0, bytes(8194)),
        "zero.png": png(0, 16, 8, 0, bytes(17)),
        "many-pixels.png": png(8192, 8192, 1, 0, bytes(1025 * 20)),
        "palette-missing.png": png(16, 16, 8, 3, bytes(17 * 16)),
        "bomb-text.png": png(16, 16, 8, 0, bytes(17 * 16), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 20), 9))),
        "profile.png": png(16, 16, 8, 2, bytes(49 * 16), chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200), 9))),
        "gamma.png": png(16, 16, 16, 6, bytes(129 * 16), chunk(b"gAMA", bytes(4))),
        "short.pgm": b"P5\n16 16\n255\n" + bytes(255),
        "huge.pgm": b"P5\n999999 999999\n255\n",
        "overflow.pgm": b"P5\n4294967297 1\n255\n" + bytes(16),
        "negative.pgm": b"P5\n-1 16\n255\n" + bytes(16),
        "deep.pgm": b"P5\n4 4\n65535\n" + bytes(32),
        "comment.pgm": b"P5\n#" + b"a" * 1000,
        "plain.pgm": b"P2\n2 2\n255\n0 0 0 0\n",
        "colour.ppm": b"P6\n16 16\n255\n" + bytes(768),
        "empty.png": b"",
        "text.png": b"<html>",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


{"keep": keep, "spoil": spoil, "screen": screen, "hostile": hostile}[sys.argv[1]](*sys.argv[2:])
