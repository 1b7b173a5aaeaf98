export interface TarMember {
  readonly name: string;
  readonly content?: Buffer | string;
  /** As the header has it: `0` file, `1` hard link, `2` link, `3` device, `5` folder, `L` GNU name, `x` pax. */
  readonly type?: string;
  readonly link?: string;
}

const BLOCK = 512;

function header({ name, type = '0', link = '' }: TarMember, bytes: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name.slice(0, 100), 0);
  block.write('0000644\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('14000000000\0', 136, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write(link.slice(0, 100), 157);
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, octet) => total + octet, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A tar archive; names over 100 characters get a header of GNU before them. */
export function tar(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap((member): Buffer[] => {
    const content = Buffer.from(member.content ?? '');
    const own = [header(member, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
    if (member.name.length <= 100) return own;
    return [tar([{ name: '././@LongLink', type: 'L', content: `${member.name}\0` }]).subarray(0, -2 * BLOCK), ...own];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
