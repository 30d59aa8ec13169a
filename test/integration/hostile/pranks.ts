/**
 * What a source that is slow, down or lying answers, whatever it is asked, and what each of it is to an investigation.
 *
 * Nothing here is held in memory: what is large is one piece, sent as often as somebody takes it.
 */
import type { RequestListener, ServerResponse } from 'node:http';
import { createGzip } from 'node:zlib';
import type { GapReason } from '../../../src/sources/gap.ts';
import { json, status, text } from '../../support/answeringServer.ts';

export interface Prank {
  readonly name: string;
  readonly answer: RequestListener;
  /** Any of these; which it is may depend on how far the client has read. */
  readonly want: readonly GapReason[];
  /** It never comes to an end by itself: there is no need to wait long for it. */
  readonly isSlow?: true;
}

const GIGABYTES = 2 * 2 ** 30;
const PIECE = Buffer.alloc(64 * 1024, '[1,');
const SECRET = 'hunter2-correct-horse';

/** Sends `piece` until `bytes` have gone, or for ever; stops when nobody listens. */
function pour(response: ServerResponse, piece: Buffer, bytes = Number.POSITIVE_INFINITY): void {
  let left = bytes;
  const more = (): void => {
    while (!response.destroyed && left > 0) {
      left -= piece.length;
      if (!response.write(piece)) return;
    }
    if (left <= 0) response.end();
  };
  response.on('drain', more);
  more();
}

const begin = (response: ServerResponse, headers: Readonly<Record<string, string | number>> = {}): void =>
  void response.writeHead(200, { 'content-type': 'application/json', ...headers });

/** Half a million lists in each other: small enough to be read, and deeper than any stack. */
const DEEP = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;

export const PRANKS: readonly Prank[] = [
  { name: 'resets each connection', answer: (request) => void request.socket.resetAndDestroy(), want: ['Unavailable'] },
  { name: 'is silent', answer: () => undefined, want: ['TimedOut'], isSlow: true },
  {
    name: 'drips',
    answer: (_, response) => {
      begin(response);
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    },
    want: ['TimedOut'],
    isSlow: true,
  },
  { name: 'fails, and quotes its configuration', answer: text(`panic: password=${SECRET}`, 500), want: ['Unavailable'] },
  { name: 'is overloaded', answer: status(429, { 'retry-after': '3600' }), want: ['Unavailable'] },
  { name: 'knows nobody', answer: status(401, { 'www-authenticate': 'Basic realm="x"' }), want: ['Forbidden'] },
  { name: 'is not there', answer: text('404 page not found', 404), want: ['NotFound'] },
  {
    name: 'sends elsewhere',
    answer: status(302, { location: 'http://169.254.169.254/latest/meta-data/' }),
    want: ['Malformed', 'Unavailable'],
  },
  {
    name: 'answers with a page in place of JSON',
    answer: (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>'),
    want: ['Malformed', 'Unavailable'],
  },
  { name: 'calls a page JSON', answer: text('<!doctype html><title>Sign in</title>'), want: ['Malformed', 'Unavailable'] },
  { name: 'breaks off', answer: (_, response) => void response.write('{"status":"suc', () => response.destroy()), want: ['Unavailable'] },
  { name: 'says NaN where JSON has none', answer: text('{"status":"success","data":NaN}'), want: ['Malformed', 'Unavailable'] },
  { name: 'answers with another JSON', answer: json({ hello: [1, 'world'] }), want: ['Malformed', 'Unavailable', 'TimedOut'] },
  { name: 'answers with null', answer: json(null), want: ['Malformed', 'Unavailable', 'TimedOut'] },
  {
    name: 'answers with lists in lists',
    answer: (_, response) => {
      begin(response);
      response.end(DEEP);
    },
    want: ['Malformed', 'TooLarge', 'Unavailable', 'TimedOut'],
  },
  {
    name: 'answers with 2 GB',
    answer: (_, response) => {
      begin(response, { 'content-length': GIGABYTES });
      pour(response, PIECE, GIGABYTES);
    },
    want: ['TooLarge'],
  },
  {
    name: 'never stops',
    answer: (_, response) => {
      begin(response);
      pour(response, PIECE);
    },
    want: ['TooLarge'],
  },
  {
    name: 'packs 2 GB into a small answer',
    answer: (_, response) => {
      begin(response, { 'content-encoding': 'gzip' });
      const gzip = createGzip({ level: 1 });
      gzip.pipe(response);
      response.on('close', () => gzip.destroy());
      const more = (): void => {
        while (!gzip.destroyed && gzip.write(PIECE));
      };
      gzip.on('drain', more).on('error', () => undefined);
      more();
    },
    want: ['TooLarge', 'Malformed', 'TimedOut'],
  },
  {
    name: 'writes a header without end',
    answer: (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => request.socket.write(`x-${'a'.repeat(4_000)}: ${'b'.repeat(4_000)}\r\n`), 1);
      request.socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
    },
    want: ['Unavailable', 'TooLarge', 'TimedOut'],
  },
  {
    name: 'speaks another protocol',
    answer: (request) => void request.socket.end('SSH-2.0-OpenSSH_9.7\r\n'),
    want: ['Unavailable', 'Malformed'],
  },
];

export const NEVER_TOLD = [SECRET, '169.254.169.254'];
