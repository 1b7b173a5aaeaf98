import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { limits } from '../limits.ts';
import { PRODUCTS } from '../seed.ts';
import { ShopError } from '../shop-error.ts';
import { closeCodes, opcodes, readFrame, writeFrame } from './frames.ts';

// RFC 6455 §1.3: this constant proves that the server speaks WebSocket.
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function handshake(request: IncomingMessage): string {
  const key = request.headers['sec-websocket-key'] ?? '';
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket' && request.headers['sec-websocket-version'] === '13';
  if (!isWebSocket || !/^[A-Za-z0-9+/]{22}==$/.test(key)) throw new ShopError('request-malformed', 'Not a WebSocket handshake.');
  const accept = createHash('sha1')
    .update(key + handshakeGuid)
    .digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

function tickText(count: number): string {
  const product = PRODUCTS[count % (PRODUCTS.length - 1)] ?? PRODUCTS[0];
  return JSON.stringify({ kind: 'tick', name: product.name, priceCents: product.priceCents + (count % 7) });
}

/** Price ticks once a second; any text is sent back as `{"kind":"echo"}`. */
function serveTicker(socket: Duplex): void {
  let pending: Buffer = Buffer.alloc(0);
  let count = 0;
  const sendText = (text: string): void => {
    // A reader that has stopped reading must not fill the memory: it misses ticks instead.
    if (socket.writableLength < limits.frameBacklogBytesMax) socket.write(writeFrame(opcodes.text, Buffer.from(text)));
  };
  const sendClose = (code: number): void => {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    socket.end(writeFrame(opcodes.close, payload));
  };
  const answer = (opcode: number, payload: Buffer): void => {
    if (opcode === opcodes.ping) socket.write(writeFrame(opcodes.pong, payload));
    else if (opcode === opcodes.close) sendClose(closeCodes.normal);
    else if (opcode === opcodes.text && isUtf8(payload))
      sendText(JSON.stringify({ kind: 'echo', text: payload.toString('utf8') }));
    else if (opcode !== opcodes.pong) sendClose(opcode === opcodes.text ? closeCodes.notUtf8 : closeCodes.unsupported);
  };
  const timer = setInterval(() => sendText(tickText((count += 1))), limits.tickIntervalMs);
  sendText(tickText(count));
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    let frame = readFrame(pending);
    for (; frame.kind === 'frame' && !socket.writableEnded; frame = readFrame(pending)) {
      pending = pending.subarray(frame.bytes);
      answer(frame.opcode, frame.payload);
    }
    if (frame.kind === 'bad' && !socket.writableEnded) sendClose(frame.closeCode);
  });
  socket.on('close', () => clearInterval(timer));
  socket.on('error', () => socket.destroy());
}

export interface Ticker {
  upgrade(request: IncomingMessage, socket: Duplex): void;
  close(): void;
}

export function createTicker(): Ticker {
  const sockets = new Set<Duplex>();
  return {
    upgrade(request, socket) {
      if (sockets.size >= limits.liveClientsMax) throw new ShopError('too-many-live-clients', 'Too many live pages are open.');
      socket.write(handshake(request));
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      serveTicker(socket);
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
