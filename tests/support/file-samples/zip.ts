import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string;
  readonly content: Buffer | string;
  readonly isStored?: boolean;
  readonly isEncrypted?: boolean;
  /** What the headers say instead of the truth. */
  readonly claims?: { readonly bytes?: number; readonly crc?: number; readonly localName?: string; readonly method?: number };
  /** Mode of Unix, such as 0o120777 for a link. */
  readonly mode?: number;
  readonly hasDescriptor?: boolean;
  /** Extra field of the directory, as it stands there. */
  readonly extra?: Buffer;
}

const FIXED_DATE = 0x58_21;

interface Written {
  readonly local: Buffer;
  readonly central: (offset: number) => Buffer;
}

function write({
  name,
  content,
  isStored = false,
  isEncrypted = false,
  claims = {},
  mode,
  hasDescriptor = false,
  extra = Buffer.alloc(0),
}: ZipMember): Written {
  const plain = Buffer.from(content);
  const packed = isStored ? plain : deflateRawSync(plain, { level: 9 });
  const [crc, bytes] = [claims.crc ?? crc32(plain), claims.bytes ?? plain.length];
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x0800 | (isEncrypted ? 1 : 0) | (hasDescriptor ? 8 : 0), 2);
  fields.writeUInt16LE(claims.method ?? (isStored ? 0 : 8), 4);
  fields.writeUInt16LE(FIXED_DATE, 8);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc, 0);
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(bytes, 8);
  const head = (text: string, withSizes: boolean): Buffer => {
    const copy = Buffer.from(fields);
    if (withSizes) sizes.copy(copy, 10);
    copy.writeUInt16LE(Buffer.byteLength(text), 22);
    return copy;
  };
  const localName = claims.localName ?? name;
  const descriptor = hasDescriptor ? Buffer.concat([Buffer.from('PK\u0007\u0008', 'latin1'), sizes]) : Buffer.alloc(0);
  const local = Buffer.concat([
    Buffer.from('PK\u0003\u0004', 'latin1'),
    head(localName, !hasDescriptor),
    Buffer.from(localName),
    packed,
    descriptor,
  ]);
  const central = (offset: number): Buffer => {
    const tail = Buffer.alloc(14);
    const own = head(name, true);
    own.writeUInt16LE(extra.length, 24);
    if (mode !== undefined) tail.writeUInt32LE(mode * 65_536, 6);
    tail.writeUInt32LE(offset, 10);
    const version = Buffer.from([20, mode === undefined ? 0 : 3]);
    return Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), version, own, tail, Buffer.from(name), extra]);
  };
  return { local, central };
}

/** An extra field with a second name for a member (APPNOTE.TXT §4.6.9). */
export function unicodePath(name: string, other: string): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt16LE(0x70_75, 0);
  head.writeUInt16LE(5 + Buffer.byteLength(other), 2);
  head.writeUInt8(1, 4);
  head.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([head, Buffer.from(other)]);
}

/** A ZIP archive, octet by octet. `prefix` is counted in the offsets, as self-extracting archives do it. */
export function zip(members: readonly ZipMember[], { prefix = Buffer.alloc(0), comment = '' } = {}): Buffer {
  const locals: Buffer[] = [prefix];
  const centrals: Buffer[] = [];
  let at = prefix.length;
  for (const member of members) {
    const { local, central } = write(member);
    centrals.push(central(at));
    locals.push(local);
    at += local.length;
  }
  return Buffer.concat([
    ...locals,
    ...centrals,
    zipEnd({ entries: members.length, bytes: Buffer.concat(centrals).length, at, comment }),
  ]);
}

function zipEnd({ entries, bytes, at, comment }: { entries: number; bytes: number; at: number; comment: string }): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([end, Buffer.from(comment, 'latin1')]);
}

/** Many entries that unpack the same octets (Fifield, "A better zip bomb", in its simplest shape). */
export function overlappingZip(entries: number): Buffer {
  const { local, central } = write({ name: 'a', content: Buffer.alloc(1_000_000) });
  const centrals = Buffer.concat(Array.from({ length: entries }, () => central(0)));
  return Buffer.concat([local, centrals, zipEnd({ entries, bytes: centrals.length, at: local.length, comment: '' })]);
}
