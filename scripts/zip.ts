import { crc32, deflateRawSync } from 'node:zlib';

/** One file of an archive. */
export interface ArchivedFile {
  /** With forward slashes. */
  name: string;
  content: Buffer;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION = 20;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
/** The first day a ZIP file can name: the time a file was written must not change the archive. */
const FIRST_OF_JANUARY_1980 = 0x21;
const MADE_ON_UNIX = (3 << 8) | VERSION;
const READABLE_FILE = 0o100644 << 16;

/** A ZIP archive of the files, in the order of their names: the same files give the same bytes. */
export function toZip(files: readonly ArchivedFile[]): Buffer {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of sorted) {
    const packed = deflateRawSync(file.content, { level: 9 });
    const fields = toFields(file, packed);
    directory.push(toCentralHeader(file, fields, offset));
    const entry = Buffer.concat([number(LOCAL_HEADER, 4), fields, Buffer.from(file.name), packed]);
    entries.push(entry);
    offset += entry.length;
  }
  const listing = Buffer.concat(directory);
  return Buffer.concat([...entries, listing, toEnd(sorted.length, listing.length, offset)]);
}

/** What the local and the central header have in common, from the version needed to the length of further fields. */
function toFields({ name, content }: ArchivedFile, packed: Buffer): Buffer {
  return Buffer.concat([
    number(VERSION, 2),
    number(UTF8_NAMES, 2),
    number(DEFLATED, 2),
    number(0, 2),
    number(FIRST_OF_JANUARY_1980, 2),
    number(crc32(content), 4),
    number(packed.length, 4),
    number(content.length, 4),
    number(Buffer.byteLength(name), 2),
    number(0, 2),
  ]);
}

function toCentralHeader(file: ArchivedFile, fields: Buffer, offset: number): Buffer {
  const comment = number(0, 2);
  const disk = number(0, 2);
  const internal = number(0, 2);
  return Buffer.concat([
    number(CENTRAL_HEADER, 4),
    number(MADE_ON_UNIX, 2),
    fields,
    comment,
    disk,
    internal,
    number(READABLE_FILE, 4),
    number(offset, 4),
    Buffer.from(file.name),
  ]);
}

function toEnd(count: number, directoryBytes: number, directoryOffset: number): Buffer {
  return Buffer.concat([
    number(END_OF_DIRECTORY, 4),
    number(0, 4),
    number(count, 2),
    number(count, 2),
    number(directoryBytes, 4),
    number(directoryOffset, 4),
    number(0, 2),
  ]);
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value >>> 0, 0, bytes);
  return buffer;
}
