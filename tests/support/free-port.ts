import { createServer } from 'node:net';

/** A TCP port of loopback that nobody listens on just now. Whoever takes it first has it. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('assertion: a TCP server has a port');
  await new Promise<void>((done) => {
    server.close(() => done());
  });
  return address.port;
}
