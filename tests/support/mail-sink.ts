import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface MailSink extends AsyncDisposable {
  readonly port: number;
  /** Letters as they came, oldest first. */
  readonly letters: readonly string[];
  /** takes = as servers do; later = 451 to each; hangs = says nothing any more. */
  mood: 'takes' | 'later' | 'hangs';
}

/** A mail server of a few words (RFC 5321), on loopback. */
export async function startMailSink(): Promise<MailSink> {
  const letters: string[] = [];
  const sockets = new Set<Socket>();
  const talk = (socket: Socket): void => {
    let text = '';
    let letter: string[] | null = null;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    const say = (words: string): void => void (sink.mood === 'hangs' ? null : socket.write(`${words}\r\n`));
    const hear = (line: string): void => {
      if (letter !== null && line !== '.') return void letter.push(line.startsWith('.') ? line.slice(1) : line);
      if (letter !== null) {
        letters.push(letter.join('\n'));
        letter = null;
        return say('250 taken');
      }
      if (line === 'DATA') {
        letter = [];
        return say('354 go on');
      }
      if (line.startsWith('MAIL') && sink.mood === 'later') return say('451 later');
      if (line === 'QUIT') return void socket.end('221 bye\r\n');
      say('250 ok');
    };
    say('220 sink.test');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
        hear(text.slice(0, end));
        text = text.slice(end + 2);
      }
    });
  };
  const server = createServer(talk);
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = server.address() as AddressInfo;
  const sink: MailSink = {
    port,
    letters,
    mood: 'takes',
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
  return sink;
}
