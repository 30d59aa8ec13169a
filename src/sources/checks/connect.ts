/**
 * TCP: a connection to one address that has been judged, and what a failure to connect means.
 *
 * The address is given as a number, so nothing is resolved here; that the socket ended up there is verified once more.
 */
import { connect, type Socket } from 'node:net';
import { OutOfTime } from '../within.ts';
import { plain } from './addresses.ts';
import type { TcpOutcome } from './check.ts';

/** Rejects with the system's error. The socket is destroyed when the signal aborts. */
export function openConnection(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, autoSelectFamily: false });
    const giveUp = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    socket.on('error', reject); // stays: an error after the connection must not bring the process down
    socket.once('connect', () => {
      signal.removeEventListener('abort', giveUp);
      if (plain(socket.remoteAddress ?? '') === plain(address)) return resolve(socket);
      socket.destroy();
      return reject(new Error(`connected to ${socket.remoteAddress ?? 'nothing'} and not to ${address}`));
    });
  });
}

const MEANINGS: Readonly<Record<string, TcpOutcome>> = {
  ECONNREFUSED: 'Refused',
  ECONNRESET: 'Reset',
  EPIPE: 'Reset',
  ETIMEDOUT: 'TimedOut',
};

export function failedConnection(error: unknown): { readonly outcome: Exclude<TcpOutcome, 'Open'>; readonly detail: string } {
  if (error instanceof OutOfTime) return { outcome: 'TimedOut', detail: `nothing answered: ${error.message}` };
  const code = codeOf(error);
  const outcome = (MEANINGS[code] ?? 'Unreachable') as Exclude<TcpOutcome, 'Open'>;
  const says = {
    Refused: 'nothing listens there',
    Reset: 'the connection was reset',
    TimedOut: 'nothing answered',
    Unreachable: 'there is no way there',
  };
  return { outcome, detail: `${says[outcome]} (${code})` };
}

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');
