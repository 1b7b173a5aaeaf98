import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The name that the listening connection of a node gives itself in its first packet. */
const LINE = 'holdfast node';

/** Between a node and its database: carries everything until it is told to cut. */
export interface CutProxy extends AsyncDisposable {
  readonly url: string;
  /** The listening connection says nothing any more and is not closed either, as behind a router that forgot it. */
  cutLine(): void;
  /** Everything is closed, and nobody gets through. */
  cutAll(): void;
  mend(): void;
}

export async function startCutProxy(databaseUrl: string): Promise<CutProxy> {
  const target = new URL(databaseUrl);
  const state = { isLineCut: false, isCut: false };
  const sockets = new Set<Socket>();

  const carry = (client: Socket): void => {
    if (state.isCut) return void client.destroy();
    const server = connect(Number(target.port), target.hostname);
    let isLine: boolean | null = null;
    const passes = (): boolean => !(state.isLineCut && isLine === true);
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      isLine ??= bytes.includes(LINE);
      if (passes()) server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      if (passes()) client.write(bytes);
    });
  };
  const proxy = createServer(carry);
  await new Promise<void>((done) => {
    proxy.listen(0, '127.0.0.1', done);
  });
  // A TCP server that listens has an address object.
  const { port } = proxy.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.port = String(port);
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cutLine() {
      state.isLineCut = true;
    },
    cutAll() {
      state.isCut = true;
      drop();
    },
    mend() {
      state.isLineCut = false;
      state.isCut = false;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        drop();
        proxy.close(() => done());
      }),
  };
}
