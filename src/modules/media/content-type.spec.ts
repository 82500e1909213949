import { contentTypeOf } from './content-type.js';
import { dimensionsOf } from './image-size.js';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(
    parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const word = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const png = (width: number, height: number) =>
  bytes(
    [0x89],
    'PNG\r\n\x1a\n',
    [0, 0, 0, 13],
    'IHDR',
    word(width),
    word(height),
    [8, 6, 0, 0, 0, 0, 0, 0, 0],
    [...[0, 0, 0, 0], ...bytes('IDAT')],
  );
const gif = (rest: string) => bytes('GIF89a', [2, 0, 3, 0, 0, 0, 0], rest);
const jpeg = bytes(
  [0xff, 0xd8, 0xff, 0xe0, 0, 16],
  'JFIF\0',
  [1, 1, 0, 0, 1, 0, 1, 0, 0],
  // An application segment, as cameras write them before the frame.
  [0xff, 0xe1, 0x10, 0x02],
  '\0'.repeat(0x1000),
  [0xff, 0xc0, 0, 17, 8, 0, 7, 0, 9, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
  '\0'.repeat(20),
);

describe('contentTypeOf', () => {
  it.each<[string, Buffer, string]>([
    ['a PNG', png(1, 1), 'image/png'],
    ['a JPEG', jpeg, 'image/jpeg'],
    ['a GIF', gif(''), 'image/gif'],
    ['a WebP', bytes('RIFF', [26, 0, 0, 0], 'WEBPVP8 ', '\0'.repeat(20)), 'image/webp'],
    ['a PDF', bytes('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', [0, 1, 2]), 'application/pdf'],
    ['a PDF all of text', bytes('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n'), 'application/pdf'],
    ['PostScript', bytes('%!PS-Adobe-3.0\n%%Title: x\n'), 'application/postscript'],
    ['RTF', bytes('{\\rtf1\\ansi hello}'), 'application/rtf'],
    ['a ZIP', bytes('PK\x05\x06', '\0'.repeat(18)), 'application/zip'],
    ['a gzip', bytes([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), 'application/gzip'],
    ['an MP3', bytes('ID3', [3, 0, 0, 0, 0, 0, 0], [0xff, 0xfb, 0x90, 0x64], '\0'.repeat(500)), 'audio/mpeg'],
    ['an MP4', bytes([0, 0, 0, 24], 'ftypisom', [0, 0, 2, 0], 'isomiso2'), 'video/mp4'],
    ['a program', bytes('\x7fELF\x02\x01\x01', '\0'.repeat(60)), 'application/x-elf'],
    ['other bytes', bytes([1, 2, 3, 0, 255, 254]), 'application/octet-stream'],
    ['nothing', bytes(), 'application/octet-stream'],
    ['text', bytes('hello, world\n'), 'text/plain'],
    ['text in Latin-1', bytes('Gr\xf6\xdfe'), 'text/plain'],
    ['text in UTF-16', Buffer.from('\ufeffhello', 'utf16le'), 'text/plain'],
  ])('tells %s, whatever it is called', async (_what, head, type) => {
    for (const name of ['x', 'x.png', 'x.txt', 'x.html', 'x.pdf', 'x.svg'])
      expect([name, await contentTypeOf(head, name)]).toEqual([name, type]);
  });

  it.each<[string, string]>([
    ['<!DOCTYPE html><p>', 'text/html'],
    ['  \n\t<HTML>', 'text/html'],
    ['\xef\xbb\xbf<html>', 'text/html'],
    ['<!-- x --><body onload=alert(1)>', 'text/html'],
    ['<script>alert(1)</script>', 'text/html'],
    ['<a href="javascript:alert(1)">', 'text/html'],
    ['<?php echo 1; ?><p>', 'text/html'],
    ['<!', 'text/html'],
    ['<svg onload="alert(1)">', 'image/svg+xml'],
    ['<?xml version="1.0"?>\n<!-- x -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" ""><svg/>', 'image/svg+xml'],
    ['<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>', 'application/xhtml+xml'],
    ['<?xml version="1.0"?><rss/>', 'application/xml'],
  ])('takes for what browsers could run: %s', async (text, type) => {
    for (const name of ['x.txt', 'x.png', 'x.csv', 'x'])
      expect([name, await contentTypeOf(bytes(text), name)]).toEqual([name, type]);
    const wide = Buffer.from(`\ufeff${text.replace('\xef\xbb\xbf', '')}`, 'utf16le');
    expect(await contentTypeOf(wide, 'x.txt')).toBe(type);
  });

  it.each([
    ['x.csv', 'text/csv'],
    ['X.JSON', 'application/json'],
    ['x.js', 'text/javascript'],
    ['x.css', 'text/css'],
    ['x.md', 'text/markdown'],
    ['csv', 'text/csv'],
  ])('tells kinds of plain text by the ending: %s', async (name, type) => {
    expect(await contentTypeOf(bytes('a,b\n1,2\n'), name)).toBe(type);
  });

  it('takes a file that is two things at once for the one that nobody can run', async () => {
    expect(await contentTypeOf(gif('/*<script>alert(1)</script>*/=1'), 'x.js')).toBe('image/gif');
    expect(await contentTypeOf(bytes(jpeg.toString('latin1'), '<html>'), 'x.html')).toBe('image/jpeg');
    expect(await contentTypeOf(bytes([0, 1], '<html>'), 'x.html')).toBe('application/octet-stream');
  });

  it('reads comments without end in no time', async () => {
    expect(await contentTypeOf(bytes('<!--'.repeat(1_000)), 'x')).toBe('text/html');
    expect(await contentTypeOf(bytes(' '.repeat(4_000), '<?'.repeat(100)), 'x')).toBe('text/html');
  });
});

describe('dimensionsOf', () => {
  it('reads them from headers', () => {
    expect(dimensionsOf(png(640, 480), 'image/png')).toEqual({ width: 640, height: 480 });
    expect(dimensionsOf(gif(''), 'image/gif')).toEqual({ width: 2, height: 3 });
    expect(dimensionsOf(jpeg, 'image/jpeg')).toEqual({ width: 9, height: 7 });
    const svg = bytes('<svg width="30" height="20.4" xmlns="http://www.w3.org/2000/svg"></svg>');
    expect(dimensionsOf(svg, 'image/svg+xml')).toEqual({ width: 30, height: 20 });
  });

  it('decodes nothing: a bomb of pixels is a header like any other', () => {
    expect(dimensionsOf(png(2 ** 31 - 1, 2 ** 31 - 1), 'image/png')).toEqual({
      width: 2 ** 31 - 1,
      height: 2 ** 31 - 1,
    });
  });

  it('says nothing of what makes no sense, is cut off, or is no image', () => {
    const none = { width: null, height: null };
    expect(dimensionsOf(png(0, 5), 'image/png')).toEqual(none);
    expect(dimensionsOf(png(2 ** 31, 5), 'image/png')).toEqual(none);
    expect(dimensionsOf(jpeg.subarray(0, 100), 'image/jpeg')).toEqual(none);
    expect(dimensionsOf(bytes('<svg '.repeat(10_000)), 'image/svg+xml')).toEqual(none);
    expect(dimensionsOf(png(5, 5), 'application/zip')).toEqual(none);
  });
});
