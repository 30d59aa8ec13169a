/**
 * Asks the API server which HTTP it speaks, by one TLS handshake (ALPN).
 *
 * Known before the pools are made, because their size depends on it: with HTTP/2 one socket carries all watches, with
 * HTTP/1.1 each watch needs its own.
 */
import { connect } from 'node:tls';
import type { TlsMaterial } from './credentials.ts';

export type Protocol = 'h2' | 'http/1.1';

const HANDSHAKE_MS = 10_000;

export function negotiateProtocol(server: URL, tls: TlsMaterial): Promise<Protocol> {
  if (server.protocol === 'http:') return Promise.resolve('http/1.1');
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...tls,
      host: unbracketed(server.hostname),
      port: Number(server.port === '' ? 443 : server.port),
      // An IP address is no server name: Node refuses it.
      servername: tls.servername ?? (isAddress(server.hostname) ? '' : server.hostname),
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(Object.assign(new Error('no TLS handshake in time'), { code: 'ETIMEDOUT' })));
    socket.once('secureConnect', () => {
      resolve(socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1');
      socket.destroy();
    });
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection during the TLS handshake')));
  });
}

const unbracketed = (host: string): string => host.replace(/^\[|\]$/g, '');

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.startsWith('[');
