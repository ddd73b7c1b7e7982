import { describe, expect, it } from 'vitest';
import { CONTENT_TYPES, isContentOf, mediaTypeIn } from './content-type.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const EXAMPLES: Readonly<Record<string, Uint8Array>> = {
  'image/jpeg': bytes('\xff\xd8\xff\xe0'),
  'image/png': bytes('\x89PNG\r\n\x1a\n'),
  'image/gif': bytes('GIF89a'),
  'image/webp': bytes('RIFF\x04\x00\x00\x00WEBP'),
  'application/pdf': bytes('%PDF-1.7'),
  'application/dicom': bytes(`${'\0'.repeat(128)}DICM`),
  'audio/mpeg': bytes('ID3\x04'),
  'audio/ogg': bytes('OggS'),
  'audio/wav': bytes('RIFF\x04\x00\x00\x00WAVE'),
  'audio/mp4': bytes('\0\0\0\x18ftypM4A '),
  'video/mp4': bytes('\0\0\0\x18ftypisom'),
  'audio/webm': bytes('\x1aE\xdf\xa3'),
  'video/webm': bytes('\x1aE\xdf\xa3'),
  'text/plain': new Uint8Array(Buffer.from('Plaie propre.\r\n\tÀ revoir')),
};

describe('content', () => {
  it.each(CONTENT_TYPES)('of type %s is told by its first bytes, and from others', (type) => {
    expect(isContentOf(type, EXAMPLES[type] as Uint8Array)).toBe(true);
    expect(isContentOf(type.toUpperCase(), EXAMPLES[type] as Uint8Array)).toBe(true);
    expect(isContentOf(type, bytes('MZ\x90\x00'))).toBe(false);
    expect(isContentOf(type, new Uint8Array(0))).toBe(type === 'text/plain');
  });

  it('that a browser would run is of no type', () => {
    for (const type of ['text/html', 'image/svg+xml', 'application/xml', 'text/javascript', 'constructor', '']) {
      expect(isContentOf(type, bytes('<script>alert(1)</script>')), type).toBe(false);
    }
  });

  it('is no text when it is not UTF-8 or has control characters', () => {
    expect(isContentOf('text/plain', bytes('\xff\xfe'))).toBe(false);
    expect(isContentOf('text/plain', bytes('a\0b'))).toBe(false);
    expect(isContentOf('text/plain; charset=utf-8', bytes('a'))).toBe(true);
    expect(mediaTypeIn(' Image/JPEG ; a=b')).toBe('image/jpeg');
  });
});
