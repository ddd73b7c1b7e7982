/** No content is larger, in bytes: an hour of EDGE at its best, and the most that one request holds in memory. */
export const MAX_CONTENT_BYTES = 16 * 1024 * 1024;

type Signature = { readonly at: number; readonly bytes: readonly number[] };

const ascii = (at: number, text: string): Signature => ({
  at,
  bytes: [...text].map((letter) => letter.charCodeAt(0)),
});
const hex = (at: number, ...bytes: readonly number[]): Signature => ({ at, bytes });

/**
 * What content may be, each with the bytes that it begins with (WHATWG MIME Sniffing §6; DICOM PS3.10 §7.1): any of the lists, all
 * signatures of a list. Nothing that a browser runs is among them: no HTML, no SVG, no XML, no script.
 */
const SIGNATURES: Readonly<Record<string, readonly (readonly Signature[])[]>> = {
  'image/jpeg': [[hex(0, 0xff, 0xd8, 0xff)]],
  'image/png': [[hex(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)]],
  'image/gif': [[ascii(0, 'GIF87a')], [ascii(0, 'GIF89a')]],
  'image/webp': [[ascii(0, 'RIFF'), ascii(8, 'WEBP')]],
  'application/pdf': [[ascii(0, '%PDF-')]],
  'application/dicom': [[ascii(128, 'DICM')]],
  'audio/mpeg': [[ascii(0, 'ID3')], [hex(0, 0xff, 0xfb)], [hex(0, 0xff, 0xf3)], [hex(0, 0xff, 0xf2)]],
  'audio/ogg': [[ascii(0, 'OggS')]],
  'audio/wav': [[ascii(0, 'RIFF'), ascii(8, 'WAVE')]],
  'audio/mp4': [[ascii(4, 'ftyp')]],
  'video/mp4': [[ascii(4, 'ftyp')]],
  'audio/webm': [[hex(0, 0x1a, 0x45, 0xdf, 0xa3)]],
  'video/webm': [[hex(0, 0x1a, 0x45, 0xdf, 0xa3)]],
};
const TEXT = 'text/plain';

/** The content types that are taken, without parameters. */
export const CONTENT_TYPES: readonly string[] = [...Object.keys(SIGNATURES), TEXT];

/** The type in a Content-Type, in lower case, without parameters. */
export function mediaTypeIn(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** Whether content may be taken under this type, and is what the type says. */
export function isContentOf(contentType: string, content: Uint8Array): boolean {
  const type = mediaTypeIn(contentType);
  if (type === TEXT) return isPlainText(content);
  // A name of Object.prototype is no type.
  const lists = Object.hasOwn(SIGNATURES, type) ? SIGNATURES[type] : undefined;
  return lists?.some((list) => list.every((signature) => hasSignature(content, signature))) === true;
}

function hasSignature(content: Uint8Array, { at, bytes }: Signature): boolean {
  return bytes.every((byte, index) => content[at + index] === byte);
}

/** UTF-8 without control characters but tabulators, line ends and form feeds. */
function isPlainText(content: Uint8Array): boolean {
  if (content.some((byte) => byte === 0x7f || (byte < 0x20 && (byte < 0x09 || byte > 0x0d)))) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content);
    return true;
  } catch {
    return false;
  }
}
